#include "report/line_chart.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>

using namespace espalier;
using Catch::Contains;

TEST_CASE("line chart: ticks are multiples of 1, 2 or 5 times a power of ten, within the range and enough of them") {
  std::mt19937 draws(1);
  std::uniform_real_distribution<double> low(-50, 50), size(-3, 4);
  for (int i = 0; i < 500; ++i) {
    const double from = low(draws), to = from + std::pow(10, size(draws));

    const auto ticks = report::round_ticks(from, to, 5);

    REQUIRE(ticks.size() >= 2);
    CHECK(ticks.size() <= 7);
    const double step = ticks[1] - ticks[0], power = std::pow(10, std::floor(std::log10(step) + 1e-6));
    const double factor = std::round(step / power);
    CHECK((factor == 1 || factor == 2 || factor == 5));
    const double room = 1e-6 * (to - from);
    CHECK(ticks.front() >= from - room);
    CHECK(ticks.back() <= to + room);
    for (const double tick : ticks) CHECK(std::abs(tick / step - std::round(tick / step)) < 1e-3);
  }
}

TEST_CASE("line chart: lines stand in its frame, names are escaped, and a chart of one place is none") {
  report::LineChart chart{"epochs", "accuracy <%>", {{"a & b", "#112233", {{1, 10}, {2, 30}, {10, 20}}}}};

  const auto svg = report::svg_of(chart);

  CHECK_THAT(svg, Contains("accuracy &lt;%&gt;") && Contains("stroke=\"#112233\""));
  CHECK_THAT(svg, Contains("points=\"50.0,"));  // the least x is at the left axis
  CHECK_THAT(svg, Contains("468.0,"));          // the greatest at the right one
  CHECK_THAT(report::legend_of(chart), Contains("a &amp; b"));
  chart.lines = {{"", "#112233", {{1, 10}, {1, 30}}}};
  CHECK(report::svg_of(chart).empty());
  CHECK(report::legend_of(chart).empty());
}
