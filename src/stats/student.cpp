// Quantiles and two-sided p-values of Student's t distribution, by Boost.Math.
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

#include "espalier/core/checks.hpp"
#include "espalier/stats/summary.hpp"

namespace espalier::stats {

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
