#include "espalier/stats/summary.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>

#include "espalier/core/checks.hpp"

using namespace espalier;

namespace {

/// Accuracies: counts over a test set of 1000 images.
rc::Gen<std::vector<double>> accuracies(int least) {
  const auto rate = rc::gen::map(rc::gen::inRange(0, 1001), [](int right) { return right / 1000.0; });
  return rc::gen::suchThat(rc::gen::container<std::vector<double>>(rate),
                           [least](const auto& values) { return static_cast<int>(values.size()) >= least; });
}

}  // namespace

// Figures computed independently: Simpson's rule on cos^(v-1), and the closed form at 2 degrees of freedom.
TEST_CASE("stats: Student's quantiles and tails are the tabulated ones") {
  CHECK(stats::student_quantile(0.975, 2) == Approx(4.302652729749461).epsilon(1e-12));
  CHECK(stats::student_quantile(0.975, 3) == Approx(3.182446305283709).epsilon(1e-10));
  CHECK(stats::student_quantile(0.995, 4) == Approx(4.604094871349985).epsilon(1e-10));
  CHECK(stats::student_two_sided(2.5, 3) == Approx(0.08770664700806803).epsilon(1e-10));
  CHECK(stats::student_two_sided(-4.0, 9) == Approx(0.0031104283103856457).epsilon(1e-10));
  CHECK(stats::student_two_sided(0, 3) == Approx(1));
  CHECK(stats::student_two_sided(std::numeric_limits<double>::infinity(), 3) == 0);
}

// scipy.stats.t, SciPy 1.17.1: ppf(q, df), and 2 * sf(t, df).
TEST_CASE("stats: Student's quantiles and tails are SciPy's, far out and with broken degrees of freedom too") {
  CHECK(stats::student_quantile(0.995, 29) == Approx(2.756385903670605).epsilon(1e-9));
  CHECK(stats::student_quantile(0.9, 1.5) == Approx(2.1963984175655376).epsilon(1e-9));
  CHECK(stats::student_quantile(0.5, 7) == Approx(0).margin(1e-12));
  CHECK(stats::student_two_sided(2, 10) == Approx(0.07338803477074037).epsilon(1e-9));
  CHECK(stats::student_two_sided(30, 29) == Approx(2.1977448450988043e-23).epsilon(1e-9));
}

TEST_CASE("stats: no quantile of a certainty, none without degrees of freedom, no tail of what is no number") {
  CHECK_THROWS_AS(stats::student_quantile(1, 3), ContractViolation);
  CHECK_THROWS_AS(stats::student_quantile(0.9, 0), ContractViolation);
  CHECK_THROWS_AS(stats::student_two_sided(std::numeric_limits<double>::quiet_NaN(), 3), ContractViolation);
}

TEST_CASE("stats: below three splits there is no interval") {
  CHECK_FALSE(stats::summarise({}).interval);
  CHECK_FALSE(stats::summarise({0.5}).interval);
  CHECK_FALSE(stats::summarise({0.5, 0.6}).interval);
  CHECK(stats::summarise({0.5, 0.6}).sd == Approx(0.0707106781));
  CHECK(stats::summarise({0.5, 0.6, 0.7}).interval);
}

TEST_CASE("stats: a paired difference has the p-value of its t") {
  const auto result = stats::paired({.5, .6, .55, .62}, {.45, .58, .52, .55});

  CHECK(result.difference.mean == Approx(0.0425));
  CHECK(result.difference.sd == Approx(0.022173557826083417));
  CHECK(result.p_value == Approx(0.03128863637076757));
}

TEST_CASE("stats: the edges of the paired test are defined") {
  CHECK(stats::paired({.5, .5, .5}, {.5, .5, .5}).p_value == 1);     // no difference at all
  CHECK(stats::paired({.75, .75, .75}, {.5, .5, .5}).p_value == 0);  // a difference without any variance
  CHECK(stats::paired({.9, .8}, {.1, .1}).p_value == 1);             // too few splits to say
}

TEST_CASE("stats: Holm's adjustment of a worked example") {
  const auto adjusted = stats::holm({0.01, 0.04, 0.03, 0.005});

  CHECK(adjusted[0] == Approx(0.03));
  CHECK(adjusted[1] == Approx(0.06));
  CHECK(adjusted[2] == Approx(0.06));
  CHECK(adjusted[3] == Approx(0.02));
  CHECK(stats::holm({}).empty());
  CHECK(stats::holm({0.9, 0.8}) == std::vector<double>{1, 1});
}

TEST_CASE("stats: Holm keeps the order of the p-values, never lowers one and never exceeds 1") {
  CHECK(rc::check([] {
    const auto grid = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 1001));
    std::vector<double> p(grid.size());
    std::transform(grid.begin(), grid.end(), p.begin(), [](int i) { return i / 1000.0; });

    const auto adjusted = stats::holm(p);

    for (std::size_t i = 0; i < p.size(); ++i) {
      RC_ASSERT(adjusted[i] >= p[i] && adjusted[i] <= 1);
      for (std::size_t j = 0; j < p.size(); ++j) RC_ASSERT(!(p[i] < p[j]) || adjusted[i] <= adjusted[j]);
    }
  }));
}

TEST_CASE("stats: an interval holds its mean, and is the same to the bit in any order of the splits") {
  CHECK(rc::check([] {
    auto values = *accuracies(stats::kLeastSplits);
    const auto summary = stats::summarise(values);
    std::reverse(values.begin(), values.end());
    const auto reversed = stats::summarise(values);

    RC_ASSERT(summary.interval->low <= summary.mean && summary.mean <= summary.interval->high);
    RC_ASSERT(summary.mean == reversed.mean && summary.sd == reversed.sd);
    RC_ASSERT(summary.interval->low == reversed.interval->low);
  }));
}

TEST_CASE("stats: a higher confidence widens the interval, and exchanging the sides turns the difference round") {
  CHECK(rc::check([] {
    const auto a = *accuracies(stats::kLeastSplits);
    const auto narrow = stats::summarise(a, 0.8), wide = stats::summarise(a, 0.99);
    auto b = a;
    std::rotate(b.begin(), b.begin() + 1, b.end());
    const auto one = stats::paired(a, b), other = stats::paired(b, a);

    RC_ASSERT(wide.interval->low <= narrow.interval->low && narrow.interval->high <= wide.interval->high);
    RC_ASSERT(one.difference.mean == Approx(-other.difference.mean).margin(1e-15));
    RC_ASSERT(one.p_value == Approx(other.p_value));
  }));
}

// SciPy 1.17.1: ttest_rel and its confidence_interval, t.interval, t.sf.
TEST_CASE("stats: paired tests, intervals and tails are SciPy's") {
  const auto result = stats::paired({.417, .529, .756, .611, .480}, {.402, .533, .701, .590, .455});
  CHECK(result.p_value == Approx(0.07885096098094997).epsilon(1e-12));
  CHECK(result.difference.interval->low == Approx(-0.0041088720809776685).epsilon(1e-12));
  CHECK(result.difference.interval->high == Approx(0.04890887208097766).epsilon(1e-12));

  const auto summary = stats::summarise({.31, .28, .35, .30, .41, .22}, 0.9);
  CHECK(summary.sd == Approx(0.06431692364119).epsilon(1e-12));
  CHECK(summary.interval->low == Approx(0.25875698915411366).epsilon(1e-12));
  CHECK(summary.interval->high == Approx(0.3645763441792196).epsilon(1e-12));

  CHECK(stats::student_two_sided(0.1, 2) == Approx(0.9294654384141402).epsilon(1e-12));
  CHECK(stats::student_two_sided(1.7, 7) == Approx(0.1329288967825552).epsilon(1e-12));
  CHECK(stats::student_two_sided(12.3, 4) == Approx(0.00025097574104189654).epsilon(1e-12));
  CHECK(stats::student_two_sided(60, 11) == Approx(3.4092268653063034e-15).epsilon(1e-10));
}

// NumPy 2.4.6 and SciPy 1.17.1 by the formula: se = sqrt((1/k + 1/(k - 1)) * x.var(ddof=1)), t.ppf(.975, k - 1),
// 2 * t.sf(mean / se, k - 1).
TEST_CASE("stats: the folds of one split have the corrected variance of Nadeau and Bengio") {
  const std::vector<double> a = {.417, .529, .756, .611, .480}, b = {.402, .533, .701, .590, .455};

  const auto summary = stats::summarise(a, 0.95, stats::Over::folds);
  CHECK(summary.n == 1);
  CHECK(summary.folds == 5);
  CHECK(summary.values() == 5);
  CHECK(summary.mean == Approx(0.5586).epsilon(1e-12));
  CHECK(summary.sd == Approx(0.13116516305787906).epsilon(1e-12));
  CHECK(summary.interval->low == Approx(0.3143054088187578).epsilon(1e-12));
  CHECK(summary.interval->high == Approx(0.8028945911812422).epsilon(1e-12));

  const auto difference = stats::paired(a, b, 0.95, stats::Over::folds);
  CHECK(difference.difference.n == 1);
  CHECK(difference.difference.interval->low == Approx(-0.017363308121466504).epsilon(1e-10));
  CHECK(difference.difference.interval->high == Approx(0.0621633081214665).epsilon(1e-10));
  CHECK(difference.p_value == Approx(0.19284771992546915).epsilon(1e-10));
  CHECK(difference.p_value > stats::paired(a, b).p_value);

  const auto three = stats::summarise({.31, .28, .35}, 0.9, stats::Over::folds);
  CHECK(three.interval->low == Approx(0.21972159317892315).epsilon(1e-12));
  CHECK(three.interval->high == Approx(0.40694507348774356).epsilon(1e-12));
  CHECK_FALSE(stats::summarise({.31, .28}, 0.9, stats::Over::folds).interval);
  CHECK(stats::summarise({}, 0.95, stats::Over::folds).n == 0);
}
