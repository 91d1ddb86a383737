#pragma once
// Compares two settings, paired by split, replicate and setting (paired runs share their random streams).
#include "espalier/stats/aggregate.hpp"

namespace espalier::stats {

/// The ratio of two sides, from the mean of the logarithms over splits.
struct Ratio {
  double mean = 1;  ///< geometric
  std::optional<Interval> interval;
};

struct Contrast {
  std::vector<std::string> group;
  int pairs = 0;     ///< runs measured on both sides
  int unpaired = 0;  ///< measured on one side only: not used
  RunCounts a, b;
  std::vector<std::string> incomplete;  ///< splits left out because a setting or a fold has no pair there
  Summary mean_a, mean_b;               ///< of the paired runs, over splits or the folds of the one split
  Paired difference;                    ///< a - b
  std::optional<Ratio> ratio;           ///< a / b; none where a value is not positive
};

/// Runs pair by fold, too. Pairs are averaged as values are in aggregate(): replicates within a setting, then settings;
/// a split that lacks a pair of a setting which both sides have is left out. One contrast per group that occurs on
/// either side, in order of first appearance in `a`, then `b`.
std::vector<Contrast> contrast(const std::vector<Observation>& a, const std::vector<Observation>& b,
                               double confidence = kConfidence);

}  // namespace espalier::stats
