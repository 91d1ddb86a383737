// Computes means, standard deviations, Student intervals, paired comparisons and Holm's adjustment; Student's
// distribution is Boost.Math's.
#include "espalier/stats/summary.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>

#include "espalier/core/checks.hpp"

namespace espalier::stats {
namespace {

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double sd_of(const std::vector<double>& values, double mean) {
  if (values.size() < 2) return 0;
  // Equal values have sd 0; computed, a rounded mean could give a small sd.
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  if (*least == *most) return 0;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

double p_value_of(const Summary& difference) {
  if (difference.n < kLeastSplits || difference.mean == 0) return 1;
  if (difference.sd == 0) return 0;
  const double t = difference.mean * std::sqrt(difference.n) / difference.sd;
  return student_two_sided(t, difference.n - 1);
}

}  // namespace

Summary summarise(const std::vector<double>& values, double confidence) {
  ESPALIER_EXPECT(confidence > 0 && confidence < 1);
  Summary summary;
  summary.n = static_cast<int>(values.size());
  if (values.empty()) return summary;
  std::vector<double> sorted = values;  // sorted, so that sums do not depend on the order of splits
  std::sort(sorted.begin(), sorted.end());
  summary.mean = sorted.front() == sorted.back() ? sorted.front() : mean_of(sorted);
  summary.sd = sd_of(sorted, summary.mean);
  if (summary.n < kLeastSplits) return summary;
  const double half = student_quantile(0.5 + confidence / 2, summary.n - 1) * summary.sd / std::sqrt(summary.n);
  summary.interval = Interval{summary.mean - half, summary.mean + half};
  return summary;
}

Paired paired(const std::vector<double>& a, const std::vector<double>& b, double confidence) {
  ESPALIER_EXPECT(a.size() == b.size());
  std::vector<double> differences(a.size());
  std::transform(a.begin(), a.end(), b.begin(), differences.begin(), std::minus<>());
  Paired result{summarise(differences, confidence), 1};
  result.p_value = p_value_of(result.difference);
  return result;
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
