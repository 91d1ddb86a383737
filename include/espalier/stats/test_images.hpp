#pragma once
// What can be said of other test images: a bootstrap over those that were measured, and McNemar's test of a pair.
#include <cstdint>
#include <vector>

#include "espalier/stats/summary.hpp"

namespace espalier::stats {

/// By test image, in one order for all runs: whether a run was right.
using Hits = std::vector<bool>;

/// The percentile bootstrap of a mean: `values` (one a test image) drawn with replacement `resamples` times. Depends on
/// the seed only. Requires a value and a resample at least.
Interval bootstrap_mean(const std::vector<double>& values, int resamples, std::uint64_t seed,
                        double confidence = kConfidence);

/// By image: the share of runs that are right. All have as many images; requires a run.
std::vector<double> mean_hits(const std::vector<Hits>& runs);

/// Two classifiers on the same images.
struct McNemar {
  int only_a = 0, only_b = 0;  ///< images that one of them alone gets right
  double p_value = 1;          ///< exact, two-sided: of a fair coin thrown only_a + only_b times (McNemar 1947)
};
McNemar mcnemar(const Hits& a, const Hits& b);

}  // namespace espalier::stats
