#pragma once
// A straight line through points by least squares, with the interval of its slope.
#include <optional>
#include <vector>

#include "espalier/stats/summary.hpp"

namespace espalier::stats {

struct Point {
  double x = 0, y = 0;
};

struct Trend {
  double slope = 0, intercept = 0;
  std::optional<Interval> interval;  ///< of the slope: Student's with n - 2 degrees of freedom; none below three points
  int n = 0;
  double at(double x) const { return intercept + slope * x; }
};

/// None where fewer than two points differ in x.
std::optional<Trend> trend_of(const std::vector<Point>& points, double confidence = kConfidence);

}  // namespace espalier::stats
