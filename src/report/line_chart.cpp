// Chooses round ticks and writes polylines, grid lines and labels.
#include "report/line_chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "report/html.hpp"

namespace espalier::report {
namespace {

constexpr double kWidth = 480, kHeight = 280;  // of the drawing, in its own units
constexpr double kLeft = 50, kRight = 12, kTop = 10, kBottom = 42;

struct Span {
  double low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity();
  void add(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  double share(double value) const { return (value - low) / (high - low); }
};

double x_at(const Span& span, double x) { return kLeft + span.share(x) * (kWidth - kLeft - kRight); }
double y_at(const Span& span, double y) { return kHeight - kBottom - span.share(y) * (kHeight - kTop - kBottom); }

std::string text_at(double x, double y, const char* anchor, const std::string& text, const std::string& more = "") {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\"{}>{}</text>", x, y, anchor, more,
                     escape(text));
}

std::string line_at(double x1, double y1, double x2, double y2) {
  return fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>", x1, y1, x2, y2);
}

/// Tics with their labels and the grid, and both titles.
std::string axes_of(const LineChart& chart, const Span& xs, const Span& ys) {
  std::string grid, labels;
  for (const double y : round_ticks(ys.low, ys.high, 5)) {
    grid += line_at(kLeft, y_at(ys, y), kWidth - kRight, y_at(ys, y));
    labels += text_at(kLeft - 6, y_at(ys, y) + 4, "end", fmt::format("{:g}", y));
  }
  for (const double x : round_ticks(xs.low, xs.high, 6))
    labels += text_at(x_at(xs, x), kHeight - kBottom + 17, "middle", fmt::format("{:g}", x));
  grid += line_at(kLeft, kHeight - kBottom, kWidth - kRight, kHeight - kBottom);
  labels += text_at((kLeft + kWidth - kRight) / 2, kHeight - 6, "middle", chart.x_title);
  labels += text_at(14, (kTop + kHeight - kBottom) / 2, "middle", chart.y_title,
                    fmt::format(" transform=\"rotate(-90 14 {:.1f})\"", (kTop + kHeight - kBottom) / 2));
  return "<g stroke=\"currentcolor\" stroke-opacity=\"0.22\">" + grid + "</g><g fill=\"currentcolor\">" + labels +
         "</g>";
}

std::string polyline(const ChartLine& line, const Span& xs, const Span& ys) {
  std::string points;
  for (const auto& [x, y] : line.points)
    points += fmt::format("{}{:.1f},{:.1f}", points.empty() ? "" : " ", x_at(xs, x), y_at(ys, y));
  return fmt::format(
      "<polyline fill=\"none\" stroke=\"{}\" stroke-width=\"2\" stroke-linejoin=\"round\" points=\"{}\"/>", line.colour,
      points);
}

}  // namespace

std::vector<double> round_ticks(double low, double high, int wanted) {
  if (!(high > low) || wanted < 1) return {low};
  const double raw = (high - low) / wanted, power = std::pow(10, std::floor(std::log10(raw)));
  double step = 10 * power;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= raw * (1 - 1e-9)) {
      step = factor * power;
      break;
    }
  }
  std::vector<double> ticks;
  const auto last = static_cast<std::int64_t>(std::floor(high / step * (1 + 1e-9) + 1e-9));
  for (auto i = static_cast<std::int64_t>(std::ceil(low / step - 1e-9)); i <= last; ++i)
    ticks.push_back(static_cast<double>(i) * step);
  return ticks;
}

std::string svg_of(const LineChart& chart) {
  Span xs, ys;
  for (const auto& line : chart.lines) {
    for (const auto& [x, y] : line.points) {
      xs.add(x);
      ys.add(y);
    }
  }
  if (!(xs.high > xs.low)) return "";
  const double room = std::max(1e-9, 0.05 * (ys.high - ys.low));
  ys = {ys.low >= 0 ? std::max(0.0, ys.low - room) : ys.low - room, ys.high + room};
  std::string lines;
  for (const auto& line : chart.lines) lines += polyline(line, xs, ys);
  return fmt::format(
             "<svg class=\"chart\" viewBox=\"0 0 {:g} {:g}\" role=\"img\" aria-label=\"{}\" font-size=\"12.5\">",
             kWidth, kHeight, escape(chart.y_title + " by " + chart.x_title)) +
         axes_of(chart, xs, ys) + lines + "</svg>\n";
}

std::string legend_of(const LineChart& chart) {
  if (chart.lines.size() == 1 && chart.lines.front().name.empty()) return "";
  std::string items;
  for (const auto& line : chart.lines)
    items += "<li><i style=\"background:" + line.colour + "\"></i>" + escape(line.name) + "</li>";
  return "<ul class=\"legend\">" + items + "</ul>\n";
}

}  // namespace espalier::report
