// Tables and figures of coarse classes: order, intervals, and what they say of runs that cannot count.
#include "report/coarse/coarse_fine.hpp"

#include <catch2/catch.hpp>

#include "report/coarse/coarse_output.hpp"
#include "support/state_builder.hpp"

using namespace espalier;
using Catch::Contains;

namespace {

constexpr int kImages = 1000;  // that a made result is of

/// Four classes: 0 and 1 are "low", 2 and 3 "high". Images of 0 are taken for 1 as often as `mixed` says, those of 2
/// for 0 in half as many; all others are right.
report::Predictions predictions(int mixed) {
  report::Predictions made;
  for (int i = 0; i < kImages; ++i) {
    const int label = i % 4, place = i / 4;
    const int said = label == 0 && place < mixed ? 1 : label == 2 && place < mixed / 2 ? 0 : label;
    made.labels.push_back(label);
    made.predicted.push_back(said);
  }
  return made;
}

std::vector<plan::Label> cell(int split, const std::string& size = "5") {
  return {{"target", "t"}, {"per_class", size}, {"split", std::to_string(split)}, {"replicate", "1"}};
}

/// A study of one target with three splits, whose runs have stored predictions.
struct Fixture {
  report::Directory directory{"out", {}};
  study::Study study;
  std::map<std::string, report::Predictions> stored;
  testing::StateBuilder builder;

  Fixture() {
    study::DataSet data;
    data.name = "d";
    study.data["d"] = data;
    study.split.kind = study::Split::Kind::random;
    study.split.count = 3;
    study.targets.push_back({"t", {}, "d", "all", {}, {}});
    study::LabelSet labels;
    labels.name = "two";
    labels.cut = study::LabelSet::Cut::listed;
    labels.groups = {{"high", {2, 3}}, {"low", {0, 1}}};
    study.labels = {labels};
    auto& state = builder.state();
    auto& facts = state.study.facts.data["d"];
    facts.class_names = {"a", "b", "c", "e"};
    facts.class_counts.assign(4, 500);
    const auto map = state.catalog.add(task::one_output_each({0, 1, 2, 3}));
    state.catalog.image_sets[testing::made_images(metrics::Subset::test).hex.str()] = {"digest", map, {}, {}, {}};
  }

  void done(int split, int mixed, const std::string& size = "5") {
    builder.done("fine", cell(split, size), {});
    auto& task = builder.state().tasks.at(builder.state().runs.back().run.task);
    task.predictions.artifact.hex = size + "/" + std::to_string(split);
    stored[task.predictions.artifact.hex] = predictions(mixed);
  }
  report::ReadPredictions reader() const {
    return [this](const report::Directory&, const ArtifactId& artifact) {
      const auto found = stored.find(artifact.hex);
      if (found == stored.end()) throw EnvironmentError("predictions are missing", "no file", "");
      return found->second;
    };
  }
  std::vector<report::RunView> views() {
    directory.state = builder.state();
    return report::runs_of(directory);
  }
  report::StudyTable table() {
    study::TableSpec asked;
    asked.kind = study::TableKind::coarse_fine;
    asked.experiment = "fine";
    asked.coarse = "two";
    study.tables = {asked};
    return report::make_study_tables(views(), study, reader()).front();
  }
  report::Figure figure() {
    study::FigureSpec asked;
    asked.experiment = "fine";
    asked.coarse = "two";
    study.figures = {asked};
    return report::make_figures(views(), study, reader()).front();
  }
};

using Row = std::vector<std::string>;

}  // namespace

TEST_CASE("coarse fine: rows stand by their difference, with Student's intervals over splits, all classes last") {
  Fixture f;
  for (const auto& [split, mixed] : {std::pair(1, 100), {2, 120}, {3, 140}}) f.done(split, mixed);

  const auto table = f.table();

  REQUIRE(table.problem.empty());
  CHECK(table.name == "table-fine-coarse-fine");
  REQUIRE(table.parts.size() == 1);
  const auto& words = table.parts[0].words;
  CHECK(words.header == Row{"coarse class", "coarse %", "mean of fine %", "difference", "95 % interval", "fine classes",
                            "images", "splits"});
  // low: coarse 1, fine 1 - mixed / 500; high: coarse and fine 1 - mixed / 1000.
  // t.ppf(.975, 2) * std(.2, .24, .28) / sqrt(3) is 0.09937
  CHECK(words.rows.at(0) == Row{"low", "100.0", "76.0", "+24.0", "[14.1, 33.9]", "2", "500", "3"});
  CHECK(words.rows.at(1) == Row{"high", "88.0", "88.0", "0.0", "[0.0, 0.0]", "2", "500", "3"});
  CHECK(words.rows.at(2) == Row{"all classes", "94.0", "82.0", "+12.0", "[7.0, 17.0]", "4", "1000", "3"});
  CHECK_THAT(table.note, Contains("over 3 overlapping splits, Student's 95 % intervals."));
  CHECK(table.exact.header.front() == "coarse_class");
  CHECK(std::stod(table.exact.rows.at(0).at(8)) == Approx(.24 - .0993655).epsilon(1e-5));
}

TEST_CASE("coarse fine: a setting has rows of its own, in the table and in the figure") {
  Fixture f;
  for (int split = 1; split <= 2; ++split) {
    f.done(split, 50, "5");
    f.done(split, 10, "9");
  }

  const auto table = f.table();
  const auto figure = f.figure();

  REQUIRE(table.parts.size() == 2);
  CHECK(table.parts[1].title == "per_class = 9");
  CHECK(table.parts[1].words.rows.at(0) == Row{"low", "100.0", "98.0", "+2.0", "-", "2", "500", "2"});
  CHECK(table.exact.rows.size() == 6);
  CHECK_THAT(table.note, Contains("too few for intervals"));
  REQUIRE(figure.panels.size() == 2);
  CHECK(figure.panels[0].caption == "per_class = 5");
  CHECK(figure.name == "fine-coarse-fine");
  CHECK(figure.x_values == Row{"low", "high", "all classes"});
  const auto script = report::gnuplot_script(figure, figure.panels[0]);
  CHECK_THAT(script, Contains("set ytics ('low' 0, 'high' 1, 'all classes' 2)") && Contains("with xerrorbars"));
  CHECK_THAT(script, Contains("$mean << EOD\n") && Contains("\n0 1\n") && Contains("set arrow from 0"));
  CHECK(figure.panels[0].series.at(0).points.at(0).cell.summary.mean == Approx(.1));
}

TEST_CASE("coarse fine: replicates with source networks of their own are counted as splits are") {
  Fixture f;
  for (int replicate = 1; replicate <= 3; ++replicate) {
    auto labels = cell(1);
    labels.back().value = std::to_string(replicate);
    f.builder.done("fine", labels, {});
    auto& run = f.builder.state().runs.back().run;
    run.redrawn = true;
    f.builder.state().tasks.at(run.task).predictions.artifact.hex = std::to_string(replicate);
    f.stored[std::to_string(replicate)] = predictions(80 + 20 * replicate);
  }

  const auto table = f.table();

  CHECK(table.parts.at(0).words.header.back() == "source networks");
  CHECK(table.parts.at(0).words.rows.at(0) == Row{"low", "100.0", "76.0", "+24.0", "[14.1, 33.9]", "2", "500", "3"});
  CHECK_THAT(table.note, Contains("averaged over 3 source networks, Student's 95 % intervals"));
  CHECK(table.exact.header.at(table.exact.header.size() - 3) == "source_networks");
}

TEST_CASE("coarse fine: runs without usable predictions are counted, and say why") {
  Fixture f;
  for (int split = 1; split <= 3; ++split) f.done(split, 20);
  f.builder.failed("fine", cell(4), "diverged: loss is NaN in epoch 3").waiting("fine", cell(5));
  f.done(6, 20);
  f.stored.erase("5/6");

  const auto table = f.table();

  REQUIRE(table.problem.empty());
  CHECK(table.parts.at(0).words.rows.at(0).back() == "3");
  CHECK_THAT(table.note, Contains("3 of 6 runs count, 1 diverged, 1 did not end well or not yet.") &&
                             Contains("1 of 4 finished runs has no predictions that can be used: predictions are "
                                      "missing, no file."));
}

TEST_CASE("coarse fine: where no run has any, one sentence stands in place of table and figure") {
  Fixture f;
  f.done(1, 20);
  f.stored["5/1"].labels.pop_back();
  f.stored["5/1"].predicted.pop_back();
  CHECK_THAT(f.table().problem, Contains("no run of 'fine' has predictions (1 of 1 finished runs has") &&
                                    Contains("they are of 999 images, its result is of 1000"));
  CHECK_THAT(f.figure().problem, Contains("no run of 'fine' has predictions"));

  auto& task = f.builder.state().tasks.begin()->second;
  task.predictions.artifact.hex.clear();
  CHECK_THAT(f.table().problem, Contains("none is stored with its task"));

  Fixture none;
  none.builder.waiting("fine", cell(1));
  CHECK_THAT(none.table().problem, Contains("no run of 'fine' has ended well yet"));
  none.study.labels.front().groups = {{"one", {1, 7}}};
  none.done(2, 20);
  CHECK_THAT(none.table().problem, Contains("there is no class 7"));
}
