#include "espalier/stats/contrast.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <cmath>

using namespace espalier::stats;

namespace {

Observation seen(std::string split, std::string replicate, double value) {
  return {{"1"}, std::move(split), "", std::move(replicate), Presence::measured, value};
}

}  // namespace

// Worked by hand in Python: differences .05, .02, .03, .07; logarithms of the quotients; t(0.975, 3) = 3.18244630528.
TEST_CASE("stats: a contrast is paired over splits, with a ratio by logarithms") {
  const auto contrasts = contrast({seen("1", "1", .5), seen("2", "1", .6), seen("3", "1", .55), seen("4", "1", .62)},
                                  {seen("4", "1", .55), seen("1", "1", .45), seen("2", "1", .58), seen("3", "1", .52)});

  REQUIRE(contrasts.size() == 1);
  const auto& c = contrasts[0];
  CHECK(c.pairs == 4);
  CHECK(c.difference.difference.mean == Approx(.0425));
  CHECK(c.difference.difference.interval->low == Approx(.0425 - 3.182446305283709 * .022173557826083417 / 2));
  CHECK(c.difference.p_value == Approx(.03128863637076757));
  REQUIRE(c.ratio);
  CHECK(c.ratio->mean == Approx(std::pow(.5 / .45 * .6 / .58 * .55 / .52 * .62 / .55, .25)));
  CHECK(c.ratio->interval->low < c.ratio->mean);
}

TEST_CASE("stats: runs with no partner are counted and not used; replicates pair within their split") {
  const auto contrasts =
      contrast({seen("1", "1", .5), seen("1", "2", .7), seen("2", "1", .9)}, {seen("1", "1", .4), seen("1", "2", .4)});

  const auto& c = contrasts[0];
  CHECK(c.pairs == 2);
  CHECK(c.unpaired == 1);
  CHECK(c.difference.difference.n == 1);
  CHECK(c.difference.difference.mean == Approx(.2));
  CHECK_FALSE(c.difference.difference.interval);
  CHECK_FALSE(c.ratio->interval);
}

TEST_CASE("stats: a value that is not positive has no ratio, but a difference") {
  const auto contrasts = contrast({seen("1", "1", .5)}, {seen("1", "1", 0)});

  CHECK_FALSE(contrasts[0].ratio);
  CHECK(contrasts[0].difference.difference.mean == .5);
}

TEST_CASE("stats: exchanging the sides turns difference and ratio round") {
  CHECK(rc::check([] {
    const auto values = *rc::gen::container<std::vector<int>>(8, rc::gen::inRange(1, 1001));
    std::vector<Observation> a, b;
    for (int i = 0; i < 4; ++i) {
      a.push_back(seen(std::to_string(i), "1", values[i] / 1000.0));
      b.push_back(seen(std::to_string(i), "1", values[4 + i] / 1000.0));
    }
    const auto one = contrast(a, b)[0], other = contrast(b, a)[0];

    RC_ASSERT(one.difference.difference.mean == Approx(-other.difference.difference.mean).margin(1e-15));
    RC_ASSERT(one.ratio->mean * other.ratio->mean == Approx(1));
    RC_ASSERT(one.ratio->interval->low * other.ratio->interval->high == Approx(1));
  }));
}
