// Resamples test images, and counts those that tell two classifiers apart.
#include "espalier/stats/test_images.hpp"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <random>

#include "espalier/core/checks.hpp"

namespace espalier::stats {
namespace {

/// Of sorted values, linear between neighbours, as NumPy's default.
double quantile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  if (below + 1 >= sorted.size()) return sorted.back();
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[below + 1] - sorted[below]);
}

}  // namespace

Interval bootstrap_mean(const std::vector<double>& values, int resamples, std::uint64_t seed, double confidence) {
  ESPALIER_EXPECT(!values.empty() && resamples > 0);
  std::mt19937_64 random(seed);
  std::uniform_int_distribution<std::size_t> any(0, values.size() - 1);
  std::vector<double> means(static_cast<std::size_t>(resamples));
  for (auto& mean : means) {
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) sum += values[any(random)];
    mean = sum / static_cast<double>(values.size());
  }
  std::sort(means.begin(), means.end());
  const double tail = (1 - confidence) / 2;
  return {quantile(means, tail), quantile(means, 1 - tail)};
}

std::vector<double> mean_hits(const std::vector<Hits>& runs) {
  ESPALIER_EXPECT(!runs.empty());
  std::vector<double> means(runs.front().size(), 0);
  for (const auto& run : runs) {
    ESPALIER_EXPECT(run.size() == means.size());
    for (std::size_t i = 0; i < means.size(); ++i) means[i] += run[i] ? 1 : 0;
  }
  for (auto& mean : means) mean /= static_cast<double>(runs.size());
  return means;
}

McNemar mcnemar(const Hits& a, const Hits& b) {
  ESPALIER_EXPECT(a.size() == b.size());
  McNemar counts;
  for (std::size_t i = 0; i < a.size(); ++i) {
    counts.only_a += a[i] && !b[i];
    counts.only_b += b[i] && !a[i];
  }
  const int differing = counts.only_a + counts.only_b;
  if (differing == 0) return counts;
  const boost::math::binomial coin(differing, 0.5);
  counts.p_value = std::min(1.0, 2 * boost::math::cdf(coin, std::min(counts.only_a, counts.only_b)));
  return counts;
}

}  // namespace espalier::stats
