// Computes means, standard deviations, Student intervals, paired comparisons and Holm's adjustment; Student's
// distribution is Boost.Math's.
#include "espalier/stats/summary.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>

#include "espalier/core/checks.hpp"
#include "stats/exact_summary.hpp"

namespace espalier::stats {
namespace {

/// Of deviations that were taken before rounding: equal values have sd 0.
double sd_of(const std::vector<Exact>& values, const Exact& mean) {
  if (values.size() < 2) return 0;
  Exact squares = 0;
  for (const Exact& value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(rounded(squares / (values.size() - 1)));
}

/// The root of this is what sd is divided by to give the standard error of the mean: the number of values, were they
/// independent.
double effective_count(const Summary& summary) {
  const double k = summary.values();
  return summary.folds > 0 ? 1 / (1 / k + 1 / (k - 1)) : k;
}

double p_value_of(const Summary& difference) {
  if (difference.values() < kLeastSplits || difference.mean == 0) return 1;
  if (difference.sd == 0) return 0;
  const double t = difference.mean * std::sqrt(effective_count(difference)) / difference.sd;
  return student_two_sided(t, difference.values() - 1);
}

}  // namespace

Summary summarise(const std::vector<Exact>& values, double confidence, Over over) {
  ESPALIER_EXPECT(confidence > 0 && confidence < 1);
  Summary summary;
  if (values.empty()) return summary;
  summary.n = over == Over::folds ? 1 : static_cast<int>(values.size());
  if (over == Over::folds) summary.folds = static_cast<int>(values.size());
  const Exact middle = mean(values);
  summary.mean = rounded(middle);
  summary.sd = sd_of(values, middle);
  if (summary.values() < kLeastSplits) return summary;
  const double quantile = student_quantile(0.5 + confidence / 2, summary.values() - 1);
  const double half = quantile * summary.sd / std::sqrt(effective_count(summary));
  summary.interval = Interval{summary.mean - half, summary.mean + half};
  return summary;
}

Summary summarise(const std::vector<double>& values, double confidence, Over over) {
  return summarise(exact(values), confidence, over);
}

Paired paired(const std::vector<Exact>& a, const std::vector<Exact>& b, double confidence, Over over) {
  ESPALIER_EXPECT(a.size() == b.size());
  std::vector<Exact> differences;
  for (std::size_t i = 0; i < a.size(); ++i) differences.emplace_back(a[i] - b[i]);
  Paired result{summarise(differences, confidence, over), 1};
  result.p_value = p_value_of(result.difference);
  return result;
}

Paired paired(const std::vector<double>& a, const std::vector<double>& b, double confidence, Over over) {
  return paired(exact(a), exact(b), confidence, over);
}

std::vector<double> holm(const std::vector<double>& p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  std::vector<double> adjusted(p_values.size());
  double largest = 0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    const double factor = static_cast<double>(order.size() - rank);
    largest = std::max(largest, std::min(1.0, factor * p_values[order[rank]]));
    adjusted[order[rank]] = largest;
  }
  return adjusted;
}

double student_quantile(double probability, double degrees) {
  ESPALIER_EXPECT(probability > 0 && probability < 1 && degrees > 0);
  return boost::math::quantile(boost::math::students_t(degrees), probability);
}

double student_two_sided(double t, double degrees) {
  ESPALIER_EXPECT(degrees > 0 && !std::isnan(t));
  if (std::isinf(t)) return 0;
  // Uses the complement, which keeps its digits where 1 - cdf would round to 0.
  return 2 * boost::math::cdf(boost::math::complement(boost::math::students_t(degrees), std::abs(t)));
}

}  // namespace espalier::stats
