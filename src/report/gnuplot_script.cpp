// Writes gnuplot scripts of figures; user text appears only inside single-quoted labels.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "espalier/report/wording.hpp"
#include "report/axis_values.hpp"
#include "report/coarse/coarse_output.hpp"
#include "report/figure_parts.hpp"
#include "report/palette.hpp"

namespace espalier::report {
namespace {

constexpr const char* kGrey = "#8a8a8a";
constexpr const char* kKey = "set key outside right top Left reverse samplen 2";

struct Range {
  double low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity();
  void add(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
};

/// A single-quoted gnuplot string, in which only the quote itself is special and is doubled.
std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'') result += "''";
    else result += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  }
  return result + "'";
}

/// The least distance between two places on the x axis (on a logarithmic axis, the least ratio).
double least_step(const Figure& figure) {
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t i = 1; i < figure.x_values.size(); ++i) {
    const double a = position(figure, i - 1), b = position(figure, i);
    least = std::min(least, figure.x_scale == XScale::logarithmic ? b / a : b - a);
  }
  return std::isfinite(least) ? least : (figure.x_scale == XScale::logarithmic ? 2 : 1);
}

/// Shifts each series a little sideways, so that error bars do not cover each other.
double beside(const Figure& figure, std::size_t x, std::size_t series, std::size_t count) {
  const double offset = static_cast<double>(series) - static_cast<double>(count - 1) / 2;
  const double share = std::min(0.06, 0.4 / static_cast<double>(std::max<std::size_t>(1, count)));
  const double at = position(figure, x);
  if (figure.x_scale == XScale::logarithmic) return at * std::pow(least_step(figure), offset * share);
  return at + offset * share * least_step(figure);
}

/// Guessing is shown where that leaves the curves half of the axis.
bool shows_chance(const Figure& figure, const Range& range) {
  return figure.chance && range.low <= range.high && range.low - *figure.chance <= range.high - range.low;
}

/// The lines that curves are held against: dashed what training from scratch reaches, dotted what guessing does.
std::string baseline_plots(const Figure& figure, const FigurePanel& panel, const Range& range) {
  const double scale = shown_scale(figure.metric);
  std::string plots;
  for (std::size_t i = 0; i < panel.scratch.size(); ++i) {
    const auto& series = panel.scratch[i].value;
    const bool is_of_all = series.empty();
    const auto number = place_of(figure.series_values, series);
    const std::string colour =
        is_of_all ? kGrey : mark_of(number, figure.series_values.size(), all_numbers(figure.series_values)).colour;
    plots += fmt::format(", \\\n  $scratch{} using 1:2 with lines lc rgb '{}' dt 2 lw 1.4 notitle", i, colour);
  }
  if (!panel.scratch.empty())
    plots += fmt::format(", \\\n  NaN with lines lc rgb '{}' dt 2 lw 1.4 title 'from scratch'", kGrey);
  if (figure.chance && scale * *figure.chance >= scale * range.low)
    plots += fmt::format(", \\\n  {} with lines lc rgb '{}' dt 3 lw 1.4 title 'chance'", scale * *figure.chance, kGrey);
  return plots;
}

std::string scratch_blocks(const Figure& figure, const FigurePanel& panel) {
  std::string text;
  for (std::size_t i = 0; i < panel.scratch.size(); ++i) {
    text += fmt::format("$scratch{} << EOD\n", i);
    for (const auto& point : panel.scratch[i].points)
      text += fmt::format("{} {}\n", position(figure, point.x), shown_scale(figure.metric) * point.cell.summary.mean);
    text += "EOD\n";
  }
  return text;
}

Range y_range(const Figure& figure) {
  Range range;
  for (const auto& panel : figure.panels) {
    for (const auto& series : panel.series) {
      for (const auto& point : series.points) {
        if (point.cell.summary.n == 0) continue;
        range.add(point.cell.summary.mean);
        for (const auto& split : point.cell.splits) range.add(split.mean);
        if (const auto bar = bar_of(point.cell)) {
          range.add(bar->low);
          range.add(bar->high);
        }
      }
    }
    for (const auto& line : panel.scratch) {
      for (const auto& point : line.points) range.add(point.cell.summary.mean);
    }
  }
  if (shows_chance(figure, range)) range.add(*figure.chance);
  if (figure.asked.ratio) range.add(1);  // where both sides are equal
  if (range.low > range.high) return {0, 1};
  const double room = std::max(1e-3, 0.06 * (range.high - range.low));
  const bool is_rate = !figure.asked.ratio && shown_scale(figure.metric) == 100;
  // Leaves room for the marks, but keeps the axis within possible accuracies or losses.
  return {std::max(0.0, range.low - room), is_rate ? std::min(1.0, range.high + room) : range.high + room};
}

/// Ratios are shown as they are.
double scale_of_values(const Figure& figure) { return figure.asked.ratio ? 1 : shown_scale(figure.metric); }

/// An axis of measured distances, whose tics gnuplot chooses.
std::string distance_axis(const Figure& figure) {
  const double low = figure.x_values.empty() ? 0 : number_of(figure.x_values.front());
  const double high = figure.x_values.empty() ? 1 : number_of(figure.x_values.back());
  const double room = std::max(1e-3, 0.05 * (high - low));
  return fmt::format("set xrange [{}:{}]\nset xlabel {}\n", low - room, high + room,
                     quoted("distance of the target (" + figure.asked.ratio->distances.method + ")"));
}

std::string x_axis(const Figure& figure) {
  if (is_by_distance(figure.asked)) return distance_axis(figure);
  if (figure.x_values.empty()) return "";
  std::string tics;
  for (std::size_t i = 0; i < figure.x_values.size(); ++i) {
    tics += fmt::format("{}{} {}", i ? ", " : "", tic_label(figure.x_values[i]), position(figure, i));
  }
  const double first = position(figure, 0), last = position(figure, figure.x_values.size() - 1),
               step = least_step(figure);
  std::string text;
  if (figure.x_scale == XScale::logarithmic) {
    const double factor = std::pow(step, 0.4);
    text = fmt::format("set logscale x\nset xrange [{}:{}]\n", first / factor, last * factor);
  } else {
    text = fmt::format("set xrange [{}:{}]\n", first - 0.4 * step, last + 0.4 * step);
  }
  return text + "set xtics (" + tics + ")\nset xlabel " + quoted(meaning_of(figure.asked.x)) + "\n";
}

/// The data blocks of one series: means, intervals, and single splits where there are too few for an interval.
std::string data_blocks(const Figure& figure, const FigureSeries& series, std::size_t index, std::size_t count) {
  const double scale = scale_of_values(figure);
  std::string means, intervals, splits;
  for (const auto& point : series.points) {
    const auto& summary = point.cell.summary;
    if (summary.n == 0) {
      means += '\n';  // a gap in the curve
      continue;
    }
    const double x = beside(figure, point.x, index, count);
    means += fmt::format("{} {}\n", x, scale * summary.mean);
    if (const auto bar = bar_of(point.cell)) {
      intervals += fmt::format("{} {} {} {}\n", x, scale * summary.mean, scale * bar->low, scale * bar->high);
    } else if (summary.n > 1) {
      for (const auto& split : point.cell.splits) splits += fmt::format("{} {}\n", x, scale * split.mean);
    }
  }
  // gnuplot refuses an empty block, so it gets a point that is not drawn.
  const auto block = [&](const char* name, const std::string& rows) {
    return fmt::format("${}{} << EOD\n{}EOD\n", name, index, rows.empty() ? "NaN NaN NaN NaN\n" : rows);
  };
  return block("mean", means) + block("interval", intervals) + block("split", splits);
}

std::string plot_of(const Figure& figure, const FigureSeries& series, std::size_t index) {
  const auto place_in_all = std::find(figure.series_values.begin(), figure.series_values.end(), series.value);
  const auto number = static_cast<std::size_t>(place_in_all - figure.series_values.begin());
  const Mark mark = mark_of(number, figure.series_values.size(), all_numbers(figure.series_values));
  const std::string look = fmt::format("lc rgb '{}' pt {} ps 0.75 lw 1.8", mark.colour, mark.point);
  const std::string style = figure.x_ordered ? "linespoints" : "points";
  const std::string title = figure.asked.series.empty() ? "notitle" : "title " + quoted(series.value);
  return fmt::format(
      "$mean{0} using 1:2 with {1} {2} {3}, \\\n  $interval{0} using 1:2:3:4 with yerrorbars {2} notitle, \\\n"
      "  $split{0} using 1:2 with points lc rgb '{4}' pt 1 ps 0.5 notitle",
      index, style, look, title, mark.colour);
}

/// Points of the trend line, which is straight in the logarithm of the ratio and so bends here.
std::string trend_block(const Figure& figure) {
  constexpr int kPieces = 60;
  if (!figure.trend) return "";
  const bool logarithmic = figure.x_scale == XScale::logarithmic;
  const double low = position(figure, 0), high = position(figure, figure.x_values.size() - 1);
  std::string rows;
  for (int i = 0; i <= kPieces; ++i) {
    const double share = static_cast<double>(i) / kPieces;
    const double x = logarithmic ? low * std::pow(high / low, share) : low + share * (high - low);
    rows += fmt::format("{} {}\n", x, std::exp(figure.trend->at(logarithmic ? std::log10(x) : x)));
  }
  return "$trend << EOD\n" + rows + "EOD\n";
}

std::string ratio_lines(const Figure& figure) {
  if (!figure.asked.ratio) return "";
  const std::string trend = figure.trend ? ", \\\n  $trend using 1:2 with lines lt -1 lw 1.2 dt 2 notitle" : "";
  return ", \\\n  1 with lines lc rgb '#9a9a9a' lw 1 notitle" + trend;
}

std::string y_title(const Figure& figure) {
  const auto& facts = metrics::facts_of(figure.metric.metric);
  const std::string title = axis_title(figure.metric);
  return figure.asked.ratio ? fmt::format("ratio of {} {}", metrics::name_of(figure.metric.subset), facts.title)
                            : title;
}

}  // namespace

std::string tic_label(const std::string& text) {
  std::string result;
  for (const char c : text) result += c == '%' ? std::string("%%") : std::string(1, c);
  return quoted(result);
}

std::string svg_terminal(const std::string& size) {
  return fmt::format("set terminal svg size {} dynamic noenhanced font 'Helvetica,13' name 'f'\n", size) +
         "set encoding utf8\nset border 3 lw 0.8\nset tics nomirror out scale 0.5\n"
         "set style fill transparent\nset errorbars 0.6\n";
}

std::string gnuplot_script(const Figure& figure, const FigurePanel& panel) {
  if (!figure.asked.coarse.empty()) return coarse_script(figure, panel);
  const bool small = figure.panels.size() > 1;
  const Range range = y_range(figure);
  const double scale = scale_of_values(figure);
  std::string script = svg_terminal(small ? "470,330" : "640,390");
  script += "set grid ytics lt 1 lw 0.4 lc rgb '#9a9a9a'\n";
  script += fmt::format("set yrange [{}:{}]\nset ylabel {}\n", scale * range.low, scale * range.high,
                        quoted(y_title(figure)));
  script += x_axis(figure);
  const std::string baselines = baseline_plots(figure, panel, range);
  if (figure.asked.series.empty()) script += baselines.empty() ? "unset key\n" : kKey + std::string("\n");
  else script += kKey + std::string(" title ") + quoted(meaning_of(figure.asked.series)) + "\n";
  std::string plots;
  for (std::size_t i = 0; i < panel.series.size(); ++i) {
    script += data_blocks(figure, panel.series[i], i, panel.series.size());
    plots += (i ? ", \\\n  " : "plot ") + plot_of(figure, panel.series[i], i);
  }
  if (plots.empty()) plots = "unset key\nplot NaN notitle";
  return script + scratch_blocks(figure, panel) + trend_block(figure) + plots + baselines + ratio_lines(figure) + "\n";
}

}  // namespace espalier::report
