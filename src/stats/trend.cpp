// Fits a straight line by least squares; the interval of its slope takes the points as independent.
#include "espalier/stats/trend.hpp"

#include <algorithm>
#include <cmath>

#include "espalier/core/checks.hpp"

namespace espalier::stats {
namespace {

constexpr int kLeastPoints = 3;  ///< with two points the line goes through both, and nothing is left to judge it by

Point mean_of(const std::vector<Point>& points) {
  Point mean;
  for (const auto& point : points) {
    mean.x += point.x / static_cast<double>(points.size());
    mean.y += point.y / static_cast<double>(points.size());
  }
  return mean;
}

}  // namespace

std::optional<Trend> trend_of(const std::vector<Point>& points, double confidence) {
  ESPALIER_EXPECT(confidence > 0 && confidence < 1);
  const bool vary =
      std::any_of(points.begin(), points.end(), [&](const Point& point) { return point.x != points.front().x; });
  if (!vary) return std::nullopt;
  const Point mean = mean_of(points);
  double squares = 0, products = 0, rest = 0;
  for (const auto& point : points) {
    squares += (point.x - mean.x) * (point.x - mean.x);
    products += (point.x - mean.x) * (point.y - mean.y);
  }
  Trend trend{products / squares, 0, std::nullopt, static_cast<int>(points.size())};
  trend.intercept = mean.y - trend.slope * mean.x;
  if (trend.n < kLeastPoints) return trend;
  for (const auto& point : points) rest += (point.y - trend.at(point.x)) * (point.y - trend.at(point.x));
  const double error = std::sqrt(rest / (trend.n - 2) / squares);
  const double half = student_quantile(0.5 + confidence / 2, trend.n - 2) * error;
  trend.interval = Interval{trend.slope - half, trend.slope + half};
  return trend;
}

}  // namespace espalier::stats
