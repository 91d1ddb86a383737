#include <catch2/catch.hpp>
#include <set>

#include "espalier/grid/grid.hpp"
#include "support/study_builder.hpp"

namespace espalier::grid {
namespace {

using support::axis;
using support::experiment;

GridContext two_splits() {
  GridContext context;
  context.splits = 2;
  context.sources = {"half"};
  context.targets = {"other"};
  context.networks = {"tiny"};
  context.depth = {{"tiny", 8}};
  context.decay_epoch = {{"other", 30}};
  return context;
}

std::string value(const Grid& grid, const Cell& cell, const std::string& name) {
  const auto& held = cell.values.at(static_cast<std::size_t>(grid.column(name)));
  return held ? to_string(*held) : "-";
}

Grid expand_well(const study::Experiment& made, const GridContext& context) {
  std::vector<study::Diagnostic> diagnostics;
  Grid grid = expand(made, context, diagnostics);
  for (const auto& diagnostic : diagnostics) FAIL(study::format(diagnostic, "study"));
  return grid;
}

std::string refusal(const study::Experiment& made, const GridContext& context) {
  std::vector<study::Diagnostic> diagnostics;
  CHECK(expand(made, context, diagnostics).cells.empty());
  REQUIRE(diagnostics.size() == 1);
  return study::format(diagnostics[0], "study");
}

}  // namespace

TEST_CASE("grid: axes multiply, splits default to all, the first axis varies slowest") {
  const auto made = experiment("e", {axis("transferred", {4, 5}), axis("per_class", {1, "all"})});

  const Grid grid = expand_well(made, two_splits());

  REQUIRE(grid.cells.size() == 8);
  CHECK(product(made, two_splits()) == 8);
  CHECK(grid.columns[0] == "transferred");
  CHECK(value(grid, grid.cells[0], "transferred") == "4");
  CHECK(value(grid, grid.cells[1], "split") == "2");
  CHECK(value(grid, grid.cells[2], "per_class") == "all");
  CHECK(value(grid, grid.cells[7], "transferred") == "5");
}

TEST_CASE("grid: an axis left out takes its default") {
  const Grid grid = expand_well(experiment("e", {axis("frozen", {0})}), two_splits());

  const auto& cell = grid.cells.at(0);
  CHECK(value(grid, cell, "transferred") == "7");
  CHECK(value(grid, cell, "high_units") == "all");
  CHECK(value(grid, cell, "per_class") == "all");
  CHECK(value(grid, cell, "replicate") == "1");
  CHECK(value(grid, cell, "decay_epoch") == "30");
  CHECK(value(grid, cell, "source") == "half");
}

TEST_CASE("grid: zipped axes advance together, and must be equally long") {
  auto made = experiment("e", {axis("transferred", {4, 5}), axis("frozen", {1, 2}), axis("per_class", {1, 2, 3})});
  made.zips = {{"transferred", "frozen"}};

  const Grid grid = expand_well(made, two_splits());

  CHECK(grid.cells.size() == 12);
  for (const auto& cell : grid.cells) {
    CHECK((value(grid, cell, "transferred") == "4") == (value(grid, cell, "frozen") == "1"));
  }
  made.axes[1].values.push_back(3);
  CHECK(refusal(made, two_splits()).find("differ in length") != std::string::npos);
}

TEST_CASE("grid: an axis follows another, wherever the file names it") {
  auto context = two_splits();
  context.targets = {"caltech", "cub"};
  auto sizes = axis("per_class", {});
  sizes.by = "target";
  sizes.per = {{"caltech", {1, 10, 25, 53}}, {"cub", {5, 20, 35}}};
  auto made = experiment("e", {sizes});

  const Grid grid = expand_well(made, context);

  CHECK(grid.cells.size() == 14);
  CHECK(product(made, context) == 14);
  for (const auto& cell : grid.cells) {
    if (value(grid, cell, "per_class") == "53") CHECK(value(grid, cell, "target") == "caltech");
  }
  context.targets.push_back("coral");
  CHECK(refusal(made, context).find("no values where target is 'coral'") != std::string::npos);
}

TEST_CASE("grid: cases bring their own values, and what they take comes later") {
  auto made = experiment("optimum", {axis("case", {"optimal", "scratch"})}, {{"high_units", 1}});
  study::Case optimal, scratch;
  optimal.name = "optimal";
  optimal.takes = {support::take({"transferred", "frozen"}, {"other"}, {})};
  scratch.name = "scratch";
  scratch.fixed = {{"transferred", 0}, {"high_units", "all"}};
  made.cases = {optimal, scratch};

  const Grid grid = expand_well(made, two_splits());

  REQUIRE(grid.cells.size() == 4);
  CHECK(value(grid, grid.cells[0], "transferred") == "-");
  CHECK(value(grid, grid.cells[0], "high_units") == "1");
  CHECK(grid.shapes[0].origins[static_cast<std::size_t>(grid.column("frozen"))] == Origin::taken);
  CHECK(value(grid, grid.cells[2], "transferred") == "0");
  CHECK(value(grid, grid.cells[2], "high_units") == "all");
  CHECK(value(grid, grid.cells[2], "frozen") == "0");
}

TEST_CASE("grid: a fixed case is the only one") {
  auto made = experiment("e", {axis("per_class", {1, 2})}, {{"case", "r"}});
  study::Case one;
  one.name = "r";
  one.fixed = {{"transferred", 3}};
  made.cases = {one};

  const Grid grid = expand_well(made, two_splits());

  REQUIRE(grid.cells.size() == 4);
  for (const auto& cell : grid.cells) {
    CHECK(value(grid, cell, "case") == "r");
    CHECK(value(grid, cell, "transferred") == "3");
  }
}

TEST_CASE("grid: a case that a selection would take is refused") {
  auto made = experiment("e", {axis("per_class", {1, 2})});
  study::Case one;
  one.name = "r";
  made.cases = {one};
  made.takes = {support::take({"case"}, {"other"}, {})};

  CHECK(refusal(made, two_splits()).find("a selection takes 'case'") != std::string::npos);
}

TEST_CASE("grid: rules remove cells, counted by the first that holds") {
  auto made = experiment("e", {axis("transferred", {1, 2, 3}), axis("frozen", {0, 1, 2, 3})});
  made.excludes = {{{}, "beyond", "frozen > transferred"}, {{}, "third", "frozen == 3"}, {{}, "never", "split > 9"}};

  const Grid grid = expand_well(made, two_splits());

  CHECK(grid.excluded.at("beyond") == 6);
  CHECK(grid.excluded.at("third") == 2);
  CHECK(grid.excluded.at("never") == 0);
  CHECK(grid.cells.size() == 24 - 8);
}

TEST_CASE("grid: a rule about a value still to be taken waits") {
  auto made = experiment("e", {axis("frozen", {0, 1, 2})});
  made.takes = {support::take({"transferred"}, {"before"}, {})};
  made.excludes = {{{}, "beyond", "frozen > transferred"}};

  const Grid grid = expand_well(made, two_splits());

  CHECK(grid.cells.size() == 6);
  CHECK(grid.excluded.at("beyond") == 0);
}

TEST_CASE("grid: Chu's words decide what is transferred and frozen") {
  const Grid grid =
      expand_well(experiment("e", {axis("units", {"F(1-5)R(6-8)", "T(1-7)R(8)", "R(1)T(2-8)"})}), two_splits());

  CHECK(value(grid, grid.cells[0], "transferred") == "5");
  CHECK(value(grid, grid.cells[0], "frozen") == "5");
  CHECK(value(grid, grid.cells[2], "transferred") == "7");
  CHECK(value(grid, grid.cells[2], "frozen") == "0");
  CHECK(value(grid, grid.cells[4], "transferred") == "-");
}

TEST_CASE("grid: where nothing is trained there are no columns of training but labels") {
  auto made = experiment("e", {axis("target", {"other"}), axis("per_class", {1, 2})});
  made.kind = "evaluate";
  made.start = study::Start{"tune", {"target", "per_class"}, {}};

  const Grid grid = expand_well(made, two_splits());

  CHECK(grid.columns == std::vector<std::string>{"target", "per_class", "network", "split", "replicate"});
  CHECK(grid.cells.size() == 4);
  CHECK(product(made, two_splits()) == 4);
  made.start.reset();
  CHECK(value(expand_well(made, two_splits()), expand_well(made, two_splits()).cells.at(0), "source") == "half");
}

TEST_CASE("grid: what starts from a run has no source, and copies all units but the classifier without one") {
  auto context = two_splits();
  auto made = experiment("e", {axis("per_class", {1})});
  made.start = study::Start{"tune", {"split"}, {}};
  context.sources = {"half", "whole"};

  const Grid grid = expand_well(made, context);

  CHECK(grid.column("source") == -1);
  CHECK(grid.cells.size() == 2);
  context.sources.clear();
  CHECK(value(expand_well(made, context), expand_well(made, context).cells.at(0), "transferred") == "7");
  context.sources = {"half", "whole"};
  made.start->same.push_back("source");
  CHECK(expand_well(made, context).cells.size() == 4);
}

TEST_CASE("grid: the size of a product is told without multiplying") {
  std::vector<study::Value> many;
  for (int i = 0; i < 100000; ++i) many.push_back(i);

  CHECK(product(experiment("e", {axis("replicate", many), axis("train.batch", many), axis("train.epochs", many)}),
                two_splits()) == 2e15);
}

TEST_CASE("grid: every run of a study with folds is made for each fold; without folds there is no such column") {
  auto context = two_splits();
  CHECK(expand_well(experiment("e", {axis("frozen", {0})}), context).column("fold") < 0);

  context.folds = 3;
  const Grid grid = expand_well(experiment("e", {axis("frozen", {0})}), context);

  REQUIRE(grid.cells.size() == 2 * 3);
  CHECK(value(grid, grid.cells[0], "fold") == "1");
  CHECK(value(grid, grid.cells[4], "fold") == "2");
  CHECK(value(grid, grid.cells[4], "split") == "2");
  const Grid one = expand_well(experiment("e", {axis("frozen", {0})}, {{"fold", 2}}), context);
  CHECK(one.cells.size() == 2);
  auto evaluate = experiment("e", {});
  evaluate.kind = "evaluate";
  CHECK(expand_well(evaluate, context).column("fold") < 0);
}

}  // namespace espalier::grid
