// Computes ranks, and the rank correlations of Spearman and Kendall.
#include "espalier/stats/rank_correlation.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "espalier/core/checks.hpp"

namespace espalier::stats {
namespace {

/// From 1; equal values share the mean of their ranks.
std::vector<double> ranks_of(const std::vector<double>& values) {
  std::vector<double> ranks;
  for (const double value : values) {
    const auto below = std::count_if(values.begin(), values.end(), [&](double other) { return other < value; });
    const auto equal = std::count(values.begin(), values.end(), value);
    ranks.push_back(static_cast<double>(below) + static_cast<double>(equal + 1) / 2);
  }
  return ranks;
}

double sum_of_products(const std::vector<double>& a, const std::vector<double>& b, double mean) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - mean) * (b[i] - mean);
  return sum;
}

int sign_of(double value) { return (value > 0) - (value < 0); }

}  // namespace

std::optional<double> spearman(const std::vector<double>& a, const std::vector<double>& b) {
  ESPALIER_EXPECT(a.size() == b.size());
  const auto ranks_a = ranks_of(a), ranks_b = ranks_of(b);
  const double mean = static_cast<double>(a.size() + 1) / 2;
  const double spread = sum_of_products(ranks_a, ranks_a, mean) * sum_of_products(ranks_b, ranks_b, mean);
  if (spread == 0) return std::nullopt;
  return sum_of_products(ranks_a, ranks_b, mean) / std::sqrt(spread);
}

std::optional<double> kendall(const std::vector<double>& a, const std::vector<double>& b) {
  ESPALIER_EXPECT(a.size() == b.size());
  std::int64_t agreement = 0, untied_a = 0, untied_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const int by_a = sign_of(a[i] - a[j]), by_b = sign_of(b[i] - b[j]);
      agreement += std::int64_t{by_a} * by_b;
      untied_a += by_a != 0;
      untied_b += by_b != 0;
    }
  }
  if (untied_a == 0 || untied_b == 0) return std::nullopt;
  return static_cast<double>(agreement) / std::sqrt(static_cast<double>(untied_a) * static_cast<double>(untied_b));
}

}  // namespace espalier::stats
