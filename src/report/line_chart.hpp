#pragma once
// Draws lines over numbers as SVG without gnuplot: small, and legible on a phone.
#include <string>
#include <vector>

namespace espalier::report {

struct ChartPoint {
  double x = 0, y = 0;
};
struct ChartLine {
  std::string name;
  std::string colour;  ///< "#rrggbb"
  std::vector<ChartPoint> points;
};
struct LineChart {
  std::string x_title, y_title;
  std::vector<ChartLine> lines;
};

/// Round numbers that cut the range into about `wanted` parts, ascending and within it.
std::vector<double> round_ticks(double low, double high, int wanted);

/// The lines between axes that hold all points; "" without two different places on x. Coordinates are finite.
std::string svg_of(const LineChart& chart);

/// A list of the lines' names with their colours; "" for a single line without a name.
std::string legend_of(const LineChart& chart);

}  // namespace espalier::report
