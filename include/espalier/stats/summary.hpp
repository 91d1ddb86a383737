#pragma once
// Computes means, Student intervals and paired comparisons over splits, or over the folds of one split.
#include <cstdint>
#include <optional>
#include <vector>

namespace espalier::stats {

struct Interval {
  double low = 0, high = 0;
};

inline constexpr int kLeastSplits = 3;       ///< with fewer splits there is no interval
inline constexpr double kConfidence = 0.95;  ///< of intervals, unless asked for

/// What values are of: of splits, which count as independent, or of the k folds of one split, each of which was trained
/// on the images of all others. Folds overlap: the variance of their mean is (1/k + 1/(k - 1)) sd^2, not sd^2 / k, the
/// second term being test over training images (Nadeau and Bengio 2003, "Inference for the generalization error",
/// section 4).
enum class Over : std::uint8_t { splits, folds };

struct Summary {
  int n = 0;                         ///< splits (or what repeats a setting in their place)
  double mean = 0, sd = 0;           ///< each rounded once, from exact sums; sd: one value less in the denominator
  std::optional<Interval> interval;  ///< Student's, for kLeastSplits values or more
  int folds = 0;                     ///< of the one split whose spread sd and interval are of; 0: they are over splits
  int values() const { return folds > 0 ? folds : n; }  ///< that mean, sd and interval are of
};
Summary summarise(const std::vector<double>& values, double confidence = kConfidence, Over over = Over::splits);

/// The differences a[i] - b[i] over splits or folds i. p_value is Student's two-sided: 1 for fewer than kLeastSplits or
/// without any difference; 0 for a difference without variance.
struct Paired {
  Summary difference;
  double p_value = 1;
};
Paired paired(const std::vector<double>& a, const std::vector<double>& b, double confidence = kConfidence,
              Over over = Over::splits);

/// Holm's step-down adjustment (Holm 1979) of p-values, in the order given.
std::vector<double> holm(const std::vector<double>& p_values);

double student_quantile(double probability, double degrees);
double student_two_sided(double t, double degrees);

}  // namespace espalier::stats
