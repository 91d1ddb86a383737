#include "espalier/report/figure.hpp"

#include <catch2/catch.hpp>

#include "report_fixture.hpp"

using namespace espalier;
using Catch::Contains;

namespace {

report::Figure figure_of(const report::Directory& directory, study::FigureSpec asked) {
  return report::make_figure(report::runs_of(directory), asked);
}

const report::Directory& fixture() {
  static const report::Directory directory{"out", testing::fixture_state().state()};
  return directory;
}

}  // namespace

TEST_CASE("figure: a series a size, a point a setting, intervals where three splits are done") {
  const auto figure = figure_of(fixture(), {{}, "transferred", "transferred", "per_class", "test.top1", ""});

  REQUIRE(figure.panels.size() == 1);
  REQUIRE(figure.panels[0].series.size() == 3);
  CHECK(figure.series_values == std::vector<std::string>{"1", "5", "all"});
  CHECK(figure.x_scale == report::XScale::linear);
  CHECK(figure.panels[0].series[1].points.size() == 3);
  CHECK(figure.panels[0].series[0].points[0].cell.summary.interval);
  CHECK_FALSE(figure.panels[0].series[1].points[2].cell.summary.interval);  // one of its three diverged
}

TEST_CASE("figure: sizes with 'all' among them are categories, in order") {
  const auto figure = figure_of(fixture(), {{}, "transferred", "per_class", "transferred", "valid.loss", ""});

  CHECK(figure.x_scale == report::XScale::category);
  CHECK(figure.x_ordered);
  CHECK_THAT(report::gnuplot_script(figure, figure.panels[0]), Contains("set xtics ('1' 0, '5' 1, 'all' 2)"));
  CHECK_THAT(report::gnuplot_script(figure, figure.panels[0]), Contains("set ylabel 'validation loss (nats)'"));
}

TEST_CASE("figure: an axis that neither x nor series show makes a panel each") {
  const auto figure = figure_of(fixture(), {{}, "transferred", "transferred", "", "test.top1", ""});

  REQUIRE(figure.panels.size() == 3);
  CHECK(figure.panels[0].caption == "per_class = 1");
  CHECK(figure.table.header[0] == "per_class");
}

TEST_CASE("figure: sizes that are numbers stand on a logarithmic axis, words are not joined by lines") {
  testing::StateBuilder builder;
  for (const std::string size : {"1", "10", "100"}) {
    for (const std::string name : {"optimal", "common"}) {
      builder.done("e", {{"case", name}, {"per_class", size}, {"split", "1"}, {"replicate", "1"}}, {});
    }
  }
  const report::Directory directory{"out", builder.state()};

  const auto sizes = figure_of(directory, {{}, "e", "per_class", "case", "test.top1", ""});
  const auto cases = figure_of(directory, {{}, "e", "case", "per_class", "test.top1", ""});

  CHECK(sizes.x_scale == report::XScale::logarithmic);
  CHECK_THAT(report::gnuplot_script(sizes, sizes.panels[0]),
             Contains("set logscale x") && Contains("with linespoints"));
  CHECK_THAT(report::gnuplot_script(cases, cases.panels[0]), !Contains("with linespoints"));
}

TEST_CASE("figure: user text stays inside quotes") {
  testing::StateBuilder builder;
  for (const std::string name : {"it's\nset output 'x'", "50%s"}) {
    builder.done("e", {{"case", name}, {"split", "1"}, {"replicate", "1"}}, {});
  }
  const report::Directory directory{"out", builder.state()};

  const auto figure = figure_of(directory, {{}, "e", "case", "", "test.top1", ""});

  CHECK_THAT(report::gnuplot_script(figure, figure.panels[0]), Contains("'it''s set output ''x''' 0, '50%%s' 1"));
}

TEST_CASE("figure: a study without figures gets one an experiment, by its first two axes") {
  auto study = study::parse(fixture().state.study.text).study;
  study.figures.clear();

  const auto figures = report::make_figures(report::runs_of(fixture()), study);

  REQUIRE(figures.size() == 1);  // 'chosen' has one cell so far: nothing to draw against
  CHECK(figures[0].asked.x == "transferred");
  CHECK(figures[0].asked.series == "per_class");
}

TEST_CASE("figure: over targets each point is a mean over them, in one panel") {
  testing::StateBuilder builder;
  for (const std::string target : {"a", "b", "c"}) {
    for (const std::string size : {"1", "5"}) {
      const double level = (target == "a" ? .2 : target == "b" ? .4 : .6) + (size == "5" ? .1 : 0);
      builder.done("e", {{"target", target}, {"per_class", size}, {"split", "1"}, {"replicate", "1"}},
                   {.test_top1 = level});
    }
  }
  const report::Directory directory{"out", builder.state()};
  study::FigureSpec asked{{}, "e", "per_class", "", "test.top1", ""};
  CHECK(figure_of(directory, asked).panels.size() == 3);
  asked.over_targets = true;

  const auto figure = figure_of(directory, asked);

  CHECK(figure.unit == "target");
  REQUIRE(figure.panels.size() == 1);
  const auto& points = figure.panels[0].series.at(0).points;
  REQUIRE(points.size() == 2);
  CHECK(points[1].cell.summary.n == 3);
  CHECK(points[1].cell.summary.mean == Approx(.5));
}
