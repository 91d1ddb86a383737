#pragma once
// Computes means, Student intervals and paired comparisons over splits.
#include <optional>
#include <vector>

namespace espalier::stats {

struct Interval {
  double low = 0, high = 0;
};

inline constexpr int kLeastSplits = 3;       ///< with fewer splits there is no interval
inline constexpr double kConfidence = 0.95;  ///< of intervals, unless asked for

struct Summary {
  int n = 0;
  double mean = 0, sd = 0;           ///< each rounded once, from exact sums; sd: n - 1 in the denominator, 0 for n < 2
  std::optional<Interval> interval;  ///< Student's, for n >= kLeastSplits
};
Summary summarise(const std::vector<double>& values, double confidence = kConfidence);

/// The differences a[i] - b[i] over splits i. p_value is Student's two-sided: 1 for n < kLeastSplits or without any
/// difference; 0 for a difference without variance.
struct Paired {
  Summary difference;
  double p_value = 1;
};
Paired paired(const std::vector<double>& a, const std::vector<double>& b, double confidence = kConfidence);

/// Holm's step-down adjustment (Holm 1979) of p-values, in the order given.
std::vector<double> holm(const std::vector<double>& p_values);

double student_quantile(double probability, double degrees);
double student_two_sided(double t, double degrees);

}  // namespace espalier::stats
