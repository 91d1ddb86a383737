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

TEST_CASE("stats: a split that lacks a pair of one setting is left out of a contrast over settings, as of a mean") {
  const auto at = [](const char* split, const char* setting, double value) {
    return Observation{{"1"}, split, setting, "1", Presence::measured, value};
  };
  const std::vector<Observation> a = {at("1", "n=4", .3), at("1", "n=6", .5), at("2", "n=4", .3), at("2", "n=6", .5),
                                      at("3", "n=4", .3), at("3", "n=6", .5), at("4", "n=6", .9)};
  std::vector<Observation> b = a;
  for (auto& one : b) one.value = .1;

  const auto c = contrast(a, b)[0];

  CHECK(c.incomplete == std::vector<std::string>{"4"});
  CHECK(c.difference.difference.n == 3);
  CHECK(c.difference.difference.mean == Approx(.3));  // with split 4 it would be .425
  CHECK(c.pairs == 7);
}

TEST_CASE("stats: a setting that one side never has does not empty the contrast; replicates average first") {
  const auto at = [](const char* setting, const char* replicate, double value) {
    return Observation{{"1"}, "1", setting, replicate, Presence::measured, value};
  };

  const auto c = contrast({at("n=4", "1", .2), at("n=4", "2", .4), at("n=6", "1", .9), at("n=8", "1", .9)},
                          {at("n=4", "1", .1), at("n=4", "2", .1), at("n=6", "1", .1)})[0];

  CHECK(c.incomplete.empty());
  CHECK(c.unpaired == 1);
  CHECK(c.difference.difference.mean == Approx(.5));  // of .2 and .8; the mean of the pairs would be .4
}

// SciPy 1.17.1: ttest_1samp of the logarithms of the ratios.
TEST_CASE("stats: a ratio's interval is SciPy's, through logarithms") {
  const double values[2][5] = {{.417, .529, .756, .611, .480}, {.402, .533, .701, .590, .455}};
  std::vector<Observation> a, b;
  for (int i = 0; i < 5; ++i) {
    a.push_back(seen(std::to_string(i), "1", values[0][i]));
    b.push_back(seen(std::to_string(i), "1", values[1][i]));
  }

  const auto ratio = *contrast(a, b)[0].ratio;

  CHECK(ratio.mean == Approx(1.0393749755569601).epsilon(1e-12));
  CHECK(ratio.interval->low == Approx(1.0006981036466245).epsilon(1e-12));
  CHECK(ratio.interval->high == Approx(1.079546704323042).epsilon(1e-12));
}

// NumPy and SciPy by the formula of the corrected variance.
TEST_CASE("stats: a contrast within one split is paired over its folds, with the corrected variance") {
  const std::vector<double> a = {.417, .529, .756, .611, .480}, b = {.402, .533, .701, .590, .455};
  const auto side = [](const std::vector<double>& values) {
    std::vector<Observation> all;
    for (std::size_t i = 0; i < values.size(); ++i) {
      all.push_back(seen("1", "1", values[i]));
      all.back().fold = std::to_string(i + 1);
    }
    return all;
  };

  const auto c = contrast(side(a), side(b)).at(0);

  CHECK(c.pairs == 5);
  CHECK(c.difference.difference.n == 1);
  CHECK(c.difference.difference.folds == 5);
  CHECK(c.difference.difference.interval->high == Approx(0.0621633081214665));
  CHECK(c.difference.p_value == Approx(0.19284771992546915));
  CHECK(c.ratio->mean == Approx(1.0393749755569601));
  CHECK(c.ratio->interval->low == Approx(0.9819027740789184));
  CHECK(c.ratio->interval->high == Approx(1.100211108811069));
  CHECK(c.mean_a.mean == Approx(.5586));

  auto short_of_one = side(b);
  short_of_one[2].presence = Presence::missing;
  const auto incomplete = contrast(side(a), short_of_one).at(0);
  CHECK(incomplete.difference.difference.n == 0);
  CHECK(incomplete.incomplete == std::vector<std::string>{"1"});
}

TEST_CASE("stats: over several splits the folds of a pair are averaged first") {
  std::vector<Observation> a, b;
  for (const std::string split : {"1", "2", "3"}) {
    for (const std::string fold : {"1", "2"}) {
      a.push_back(seen(split, "1", fold == "1" ? .5 : .7));
      b.push_back(seen(split, "1", fold == "1" ? .4 : .4));
      a.back().fold = b.back().fold = fold;
    }
  }

  const auto c = contrast(a, b).at(0);

  CHECK(c.difference.difference.n == 3);
  CHECK(c.difference.difference.folds == 0);
  CHECK(c.difference.difference.mean == Approx(.2));
}
