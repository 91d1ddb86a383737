// Makes the figure of coarse classes: how much better they are told apart than their fine classes, class by class.
#include <fmt/format.h>

#include <algorithm>

#include "espalier/core/errors.hpp"
#include "espalier/report/wording.hpp"
#include "report/coarse/coarse_output.hpp"
#include "report/figure_parts.hpp"
#include "report/palette.hpp"

namespace espalier::report {
namespace {

constexpr double kPoints = 100;  // percentage points in a difference of 1

const std::string& shown_name(const CoarseRow& row) {
  static const std::string all = kAllClasses;
  return row.name.empty() ? all : row.name;
}

/// The classes as the first setting orders them, then those that only others have; all classes together come last.
std::vector<std::string> names_of(const CoarseFine& made) {
  std::vector<std::string> names;
  for (const auto& setting : made.settings) {
    for (const auto& row : setting.rows) {
      if (!row.name.empty() && std::find(names.begin(), names.end(), row.name) == names.end())
        names.push_back(row.name);
    }
  }
  names.emplace_back(kAllClasses);
  return names;
}

/// Room for the longest name and for a line of text a class.
std::string size_of(const Figure& figure) {
  return fmt::format("{},{}", figure.panels.size() > 1 ? 560 : 760, 90 + 20 * figure.x_values.size());
}

/// Rows "x y" or "x y low high"; gnuplot refuses an empty block, so it gets a point that is not drawn.
std::string block(const char* name, const std::string& rows) {
  return fmt::format("${} << EOD\n{}EOD\n", name, rows.empty() ? "NaN NaN NaN NaN\n" : rows);
}

std::string data_blocks(const FigurePanel& panel) {
  std::string means, intervals, splits;
  for (const auto& series : panel.series) {
    for (const auto& point : series.points) {
      const auto& summary = point.cell.summary;
      if (summary.n == 0) continue;
      means += fmt::format("{} {}\n", kPoints * summary.mean, point.x);
      if (summary.interval) {
        intervals += fmt::format("{} {} {} {}\n", kPoints * summary.mean, point.x, kPoints * summary.interval->low,
                                 kPoints * summary.interval->high);
      } else if (summary.n > 1) {
        for (const auto& split : point.cell.splits) splits += fmt::format("{} {}\n", kPoints * split.mean, point.x);
      }
    }
  }
  return block("mean", means) + block("interval", intervals) + block("split", splits);
}

}  // namespace

Figure make_coarse_figure(const std::vector<RunView>& views, const study::FigureSpec& asked, const study::Study& study,
                          const ReadPredictions& read) {
  Figure figure;
  figure.asked = asked;
  figure.name = harmless(asked.experiment) + "-coarse-fine";
  figure.metric = {metrics::Subset::test, metrics::Metric::top1};
  figure.x_ordered = false;
  figure.series_values = {""};
  try {
    const auto made = coarse_fine(views, {asked.experiment, asked.coarse}, study, read);
    figure.x_values = names_of(made);
    figure.note = made.note;
    figure.table = exact(made);
    for (const auto& setting : made.settings) {
      FigureSeries series;
      for (const auto& row : setting.rows)
        series.points.push_back({place_of(figure.x_values, shown_name(row)), row.difference});
      figure.panels.push_back({made.caption(setting), {std::move(series)}});
    }
  } catch (const UsageError& error) {
    figure.problem = error.what();
  }
  return figure;
}

std::string coarse_script(const Figure& figure, const FigurePanel& panel) {
  const Mark mark = mark_of(0, 1, false);
  std::string tics;
  for (std::size_t i = 0; i < figure.x_values.size(); ++i)
    tics += fmt::format("{}{} {}", i ? ", " : "", tic_label(figure.x_values[i]), i);
  const double last = static_cast<double>(figure.x_values.size()) - 1;
  std::string script = svg_terminal(size_of(figure));
  script += fmt::format("set grid xtics lt 1 lw 0.4 lc rgb '#9a9a9a'\nset yrange [{}:-0.6]\n", last + 0.6);
  script += "set ytics (" + tics + ")\nset xlabel 'coarse accuracy minus mean of its fine classes (points)'\n";
  script += "set offsets graph 0.02, graph 0.02, 0, 0\nunset key\n";
  script += "set arrow from 0, graph 0 to 0, graph 1 nohead lc rgb '#9a9a9a' lw 1\n" + data_blocks(panel);
  const std::string look = fmt::format("lc rgb '{}' pt {} ps 0.75 lw 1.8", mark.colour, mark.point);
  return script + fmt::format(
                      "plot $mean using 1:2 with points {0} notitle, \\\n"
                      "  $interval using 1:2:3:4 with xerrorbars {0} notitle, \\\n"
                      "  $split using 1:2 with points lc rgb '{1}' pt 1 ps 0.5 notitle\n",
                      look, mark.colour);
}

}  // namespace espalier::report
