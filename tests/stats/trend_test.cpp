#include "espalier/stats/trend.hpp"

#include <catch2/catch.hpp>

using namespace espalier;

TEST_CASE("trend: slope, intercept and interval are those of SciPy 1.17's linregress") {
  const auto trend = stats::trend_of({{0, 0.1}, {1, 0.5}, {2.5, 0.4}, {3, 1.2}, {7, 2.0}});

  REQUIRE(trend);
  CHECK(trend->n == 5);
  CHECK(trend->slope == Approx(0.26944444444444443).epsilon(1e-13));
  CHECK(trend->intercept == Approx(0.1125).epsilon(1e-13));
  CHECK(trend->interval->low == Approx(0.10132698211456165).epsilon(1e-11));
  CHECK(trend->interval->high == Approx(0.4375619067743272).epsilon(1e-11));
  CHECK(trend->at(2) == Approx(0.1125 + 2 * 0.26944444444444443));
}

TEST_CASE("trend: two points give a line without an interval, points above each other none") {
  CHECK(stats::trend_of({{1, 2}, {3, 6}})->slope == 2);
  CHECK_FALSE(stats::trend_of({{1, 2}, {3, 6}})->interval);
  CHECK_FALSE(stats::trend_of({{0.1, 2}, {0.1, 6}, {0.1, 7}}));
  CHECK_FALSE(stats::trend_of({{1, 2}}));
  CHECK_FALSE(stats::trend_of({}));
}
