#include "report/baselines.hpp"

#include <catch2/catch.hpp>

#include "report/figure_parts.hpp"
#include "support/state_builder.hpp"

using namespace espalier;
using Catch::Contains;

namespace {

std::vector<plan::Label> cell(const std::string& transferred, const std::string& size, int replicate = 1,
                              const std::string& frozen = "0") {
  return {{"target", "t"},    {"transferred", transferred},
          {"frozen", frozen}, {"per_class", size},
          {"split", "1"},     {"replicate", std::to_string(replicate)}};
}

/// Lets all trainings be of ten outputs and `images` images.
void know_outputs(testing::StateBuilder& builder, std::int64_t images = 200) {
  auto& state = builder.state();
  const auto map = state.catalog.add(task::one_output_each({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
  for (auto& [id, task] : state.tasks) {
    task::training(task.task).images.labels = map;
    task.task.images = images;
  }
}

report::Figure figure_of(const report::Directory& directory, study::FigureSpec asked) {
  return report::make_figure(report::runs_of(directory), asked);
}

}  // namespace

TEST_CASE("baselines: along units transferred each size has the level of no unit, and guessing is one of ten") {
  testing::StateBuilder builder;
  for (const std::string n : {"0", "2", "4"}) {
    for (const std::string size : {"1", "5"})
      builder.done("e", cell(n, size), {.test_top1 = .2 + .1 * std::stod(n) + (size == "5" ? .05 : 0)});
  }
  know_outputs(builder);
  const report::Directory directory{"out", builder.state()};

  const auto figure = figure_of(directory, {{}, "e", "transferred", "per_class", "test.top1", ""});

  CHECK(figure.chance == .1);
  REQUIRE(figure.panels.size() == 1);
  const auto& lines = figure.panels[0].scratch;
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].value == "1");
  REQUIRE(lines[0].points.size() == 3);
  for (const auto& point : lines[0].points) CHECK(point.cell.summary.mean == Approx(.2));
  CHECK(lines[1].points[2].cell.summary.mean == Approx(.25));
  CHECK_THAT(report::gnuplot_script(figure, figure.panels[0]),
             Contains("title 'from scratch'") && Contains("10 with lines lc rgb '#8a8a8a' dt 3 lw 1.4 title 'chance'"));
  // Where no unit transferred has a curve, there is no second one for it.
  CHECK(figure_of(directory, {{}, "e", "per_class", "transferred", "test.top1", ""}).panels[0].scratch.empty());
}

TEST_CASE("baselines: another experiment's runs from scratch are held against curves by size, at their own sizes") {
  testing::StateBuilder builder;
  for (const std::string size : {"1", "5", "20"}) {
    builder.done("scratch", cell("0", size), {.test_top1 = .1 + .01 * std::stod(size)});
    for (const std::string frozen : {"0", "2"}) builder.done("e", cell("4", size, 1, frozen), {.test_top1 = .5});
  }
  know_outputs(builder);
  const report::Directory directory{"out", builder.state()};

  const auto figure = figure_of(directory, {{}, "e", "per_class", "frozen", "test.top1", ""});

  REQUIRE(figure.panels.at(0).scratch.size() == 1);
  const auto& line = figure.panels[0].scratch[0];
  CHECK(line.value.empty());  // of both curves
  REQUIRE(line.points.size() == 3);
  CHECK(line.points[1].cell.summary.mean == Approx(.15));
  CHECK(figure_of(directory, {{}, "scratch", "per_class", "", "test.top1", ""}).panels.at(0).scratch.empty());
}

TEST_CASE("baselines: 'all' stands at the images a class that it comes to, on a logarithmic axis where that is far") {
  testing::StateBuilder builder;
  for (const std::string size : {"2", "5", "all"}) builder.done("e", cell("2", size), {});
  know_outputs(builder, 300);
  const report::Directory directory{"out", builder.state()};
  const auto near = figure_of(directory, {{}, "e", "per_class", "", "test.top1", ""});
  CHECK(near.x_scale == report::XScale::linear);
  CHECK(near.x_places == std::vector<double>{2, 5, 30});
  CHECK_THAT(report::gnuplot_script(near, near.panels[0]), Contains("set xtics ('2' 2, '5' 5, 'all' 30)"));

  know_outputs(builder, 3000);
  const report::Directory far{"out", builder.state()};
  CHECK(figure_of(far, {{}, "e", "per_class", "", "test.top1", ""}).x_scale == report::XScale::logarithmic);

  know_outputs(builder, 30);  // fewer than another size: data that were cut short
  const report::Directory few{"out", builder.state()};
  CHECK(figure_of(few, {{}, "e", "per_class", "", "test.top1", ""}).x_scale == report::XScale::category);
}

TEST_CASE("baselines: replicates of one split have bars of their spread") {
  testing::StateBuilder builder;
  for (int replicate = 1; replicate <= 2; ++replicate) {
    for (const std::string size : {"1", "2"})
      builder.done("e", cell("2", size, replicate), {.test_top1 = .3 + .1 * replicate});
  }
  const report::Directory directory{"out", builder.state()};

  const auto figure = figure_of(directory, {{}, "e", "per_class", "", "test.top1", ""});

  const double sd = .1 / std::sqrt(2.);
  const auto bar = report::bar_of(figure.panels.at(0).series.at(0).points.at(0).cell);
  REQUIRE(bar);
  CHECK(bar->low == Approx(.45 - sd));
  CHECK(bar->high == Approx(.45 + sd));
  CHECK_FALSE(figure.chance);  // no task says how many outputs there are
}
