// Figures of ratios: points, trend, what is left out, and what they say where nothing fits.
#include <catch2/catch.hpp>

#include "report/figure_parts.hpp"
#include "tuning_fixture.hpp"

using namespace espalier;
using Catch::Contains;

namespace {

const report::Directory& fixture() {
  static const report::Directory directory{"out", testing::tuning_state().state()};
  return directory;
}

study::FigureSpec asked(const std::string& x, const std::string& series = "") {
  return {{}, "targets", x, series, "test.top1", "", false, testing::tuned_over_frozen()};
}

}  // namespace

TEST_CASE("ratio figure: a point for each pair of cells, its interval through the logarithms") {
  const auto figure = report::make_figure(report::runs_of(fixture()), asked("per_class", "target"));

  REQUIRE(figure.problem.empty());
  REQUIRE(figure.panels.size() == 1);
  REQUIRE(figure.panels[0].series.size() == 3);
  CHECK(figure.series_values == std::vector<std::string>{"near", "middle", "far"});
  CHECK(figure.x_scale == report::XScale::logarithmic);
  const auto& cell = figure.panels[0].series[0].points.at(2).cell;
  const double middle = std::log(0.8 * std::pow(100, 0.05));
  CHECK(std::log(cell.summary.mean) == Approx(middle).margin(2e-3));
  CHECK(cell.summary.interval->low < cell.summary.mean);
  CHECK(std::log(cell.summary.interval->high) - std::log(cell.summary.mean) ==
        Approx(4.303 * 0.01 / std::sqrt(3)).epsilon(.05));
  CHECK(figure.table.rows.size() == 9);
}

TEST_CASE("ratio figure: the trend is the slope of the logarithm of the ratio by that of the size") {
  const auto figure = report::make_figure(report::runs_of(fixture()), asked("per_class"));

  REQUIRE(figure.trend);
  CHECK(figure.trend->n == 9);  // other axes are points of their own, not panels
  CHECK(figure.trend->slope == Approx(0.05 * std::log(10)).margin(2e-3));
  CHECK(figure.trend->interval->low < figure.trend->slope);
  const auto script = report::gnuplot_script(figure, figure.panels[0]);
  CHECK_THAT(script, Contains("$trend using 1:2 with lines") && Contains("1 with lines") && !Contains("linespoints"));
  CHECK_THAT(script, Contains("set ylabel 'ratio of test top-1 accuracy'"));
}

TEST_CASE("ratio figure: words have no trend, pairs without a positive value are left out and counted") {
  auto builder = testing::tuning_state();
  for (int split = 1; split <= 3; ++split) {
    builder.done("targets", testing::tuning_cell("none", "1", testing::kFrozen, split), {.test_top1 = 0});
    builder.done("targets", testing::tuning_cell("none", "1", testing::kTuned, split), {.test_top1 = .5});
  }
  const report::Directory directory{"out", builder.state()};

  const auto figure = report::make_figure(report::runs_of(directory), asked("target"));

  CHECK_FALSE(figure.trend);
  CHECK(figure.left_out == 1);
  CHECK(figure.panels[0].series[0].points.size() == 9);
}

TEST_CASE("ratio figure: what no run fulfils is said in place of the figure") {
  auto without = asked("per_class");
  without.ratio->over[0].values = {"T(1-5)R(6-7)"};
  auto nowhere = asked("per_class");
  nowhere.experiment = "other";
  auto together = asked("per_class");
  together.ratio->over.push_back({"target", {"near"}});
  together.ratio->over.push_back({"per_class", {"100"}});
  together.ratio->under.push_back({"target", {"near"}});
  auto excluded = testing::tuning_state();
  excluded.done("targets", testing::tuning_cell("odd", "7", testing::kFrozen, 1), {});
  const report::Directory directory{"out", excluded.state()};
  auto none = asked("per_class");
  none.ratio->over = {{"units", {testing::kTuned}}, {"target", {"odd"}}};
  const auto views = report::runs_of(fixture());

  CHECK_THAT(report::make_figure(views, without).problem, Contains("no run has units = T(1-5)R(6-7)"));
  CHECK_THAT(report::make_figure(views, nowhere).problem, Contains("no run of 'other' is here"));
  CHECK_THAT(report::make_figure(report::runs_of(directory), none).problem,
             Contains("no run of 'targets' fulfils units=T(1-6)R(7),target=odd"));
  const auto some = report::make_figure(views, together);
  CHECK(some.problem.empty());  // one size has both sides, two have only the frozen one
  CHECK(some.left_out == 2);
}

TEST_CASE("ratio figure: by distance, points stand at the measured distance of their target, others are left out") {
  auto builder = testing::tuning_state();
  for (const auto& [target, distance] : {std::pair{"near", .1}, {"far", .5}}) {
    builder.done("distances",
                 {{"source", "s"},
                  {"target", target},
                  {"network", "caffenet"},
                  {"features", "7"},
                  {"method", "cosine"},
                  {"split", "1"},
                  {"replicate", "1"}},
                 {.distance = distance, .floor = .01});
  }
  const report::Directory directory{"out", builder.state()};
  auto wanted = asked("distance", "per_class");
  wanted.ratio->distances.experiment = "distances";

  const auto figure = report::make_figure(report::runs_of(directory), wanted);

  REQUIRE(figure.problem.empty());
  CHECK(figure.x_values == std::vector<std::string>{"0.1", "0.5"});
  CHECK(figure.left_out == 3);  // the target in the middle has no distance
  REQUIRE(figure.trend);
  CHECK(figure.trend->n == 6);
  CHECK(figure.trend->slope == Approx(std::log(1.2 / 0.8) / 0.4).margin(2e-3));  // hits are whole images
  CHECK(figure.table.header.front() == "distance");
  CHECK_THAT(report::gnuplot_script(figure, figure.panels[0]), Contains("distance of the target (cosine)"));
}
