#include "espalier/stats/rank_correlation.hpp"

#include <catch2/catch.hpp>

using namespace espalier;

namespace {

/// Table 2 of Chu et al.: the distances of seven data sets by four methods.
const std::vector<double> kCosine = {0.003, 0.071, 0.194, 0.307, 0.358, 0.455, 0.534},
                          kMmd = {2.3, 10.6, 17.8, 23.9, 37.2, 38.7, 39.1},
                          kSvm = {57.3, 71.4, 81.5, 90.0, 92.9, 97.3, 97.2},
                          kCnn = {51.0, 69.0, 76.4, 84.5, 86.5, 99.4, 99.7};

}  // namespace

TEST_CASE("rank correlation: coefficients of published distances are SciPy's 1.17 (spearmanr, kendalltau)") {
  CHECK(*stats::spearman(kCosine, kMmd) == 1);
  CHECK(*stats::kendall(kCosine, kMmd) == 1);
  CHECK(*stats::spearman(kCosine, kSvm) == Approx(0.9642857142857145).epsilon(1e-14));
  CHECK(*stats::kendall(kCosine, kSvm) == Approx(0.9047619047619049).epsilon(1e-14));
  CHECK(*stats::spearman(kSvm, kCnn) == Approx(0.9642857142857145).epsilon(1e-14));
}

TEST_CASE("rank correlation: tied values are as in SciPy 1.17") {
  const std::vector<double> a = {3, 1, 2, 2, 5, 5, 5, 0}, b = {1, 1, 4, 3, 2, 6, 6, 0.5};

  CHECK(*stats::spearman(a, b) == Approx(0.6957729736585969).epsilon(1e-14));
  CHECK(*stats::kendall(a, b) == Approx(0.6004805767690768).epsilon(1e-14));
}

TEST_CASE("rank correlation: orders that run against each other have -1, and what has no order has none") {
  CHECK(*stats::spearman({1, 2, 3}, {9, 5, 1}) == -1);
  CHECK(*stats::kendall({1, 2, 3}, {9, 5, 1}) == -1);
  for (const auto& values : {std::vector<double>{}, {1}, {2, 2, 2}}) {
    CHECK_FALSE(stats::spearman(values, values));
    CHECK_FALSE(stats::kendall(values, values));
  }
}
