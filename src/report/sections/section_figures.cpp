// Report section: figures with their notes, and the tables of all cells.
#include <fmt/format.h>

#include <algorithm>

#include "espalier/report/wording.hpp"
#include "report/axis_values.hpp"
#include "report/figure_parts.hpp"
#include "report/html.hpp"
#include "report/page_context.hpp"

namespace espalier::report {
namespace {

/// The most splits (or targets) and folds that a point has.
struct Most {
  int n = 0, folds = 0;
};

Most most_of(const Figure& figure) {
  Most most;
  for (const auto& panel : figure.panels) {
    for (const auto& series : panel.series) {
      for (const auto& [x, cell] : series.points) {
        most = {std::max(most.n, cell.summary.n), std::max(most.folds, cell.summary.folds)};
      }
    }
  }
  return most;
}

/// "rises by 0.53 [0.10, 0.96]": how the logarithm of the ratio goes with x.
std::string trend_text(const Figure& figure) {
  if (!figure.trend) return "";
  const auto& [slope, intercept, interval, n] = *figure.trend;
  const std::string step = figure.x_scale == XScale::logarithmic ? "factor of 10 in" : "unit of";
  std::string text =
      fmt::format(" Dashed: least squares through the logarithms of {} ratios: their slope is {:+.3f}", n, slope);
  if (interval) text += fmt::format(" [{:+.3f}, {:+.3f}]", interval->low, interval->high);
  return text + fmt::format(" for each {} {}, the points taken as independent.", step,
                            is_by_distance(figure.asked) ? "distance" : meaning_of(figure.asked.x));
}

std::string ratio_note(const Figure& figure, bool overlapping) {
  if (!figure.problem.empty()) return "This figure cannot be drawn: " + figure.problem;
  const auto& ratio = *figure.asked.ratio;
  std::string note =
      fmt::format("Ratio of {}: runs of experiment '{}' with {}, over those with {}; a point is a pair of cells",
                  metrics::to_string(figure.metric), figure.asked.experiment, study::text_of(ratio.over),
                  study::text_of(ratio.under));
  const auto most = most_of(figure);
  note += most.n > 0 ? ", " + over_units(figure.unit, most.n, overlapping) + "." : "; none is measured yet.";
  if (std::max(most.n, most.folds) >= stats::kLeastSplits) {
    note += fmt::format(" Bars: {:g} % intervals through the logarithms.", 100 * figure.confidence);
  }
  if (figure.left_out > 0) {
    note += fmt::format(" Left out: {} pairs without a ratio{}.", figure.left_out,
                        is_by_distance(figure.asked) ? " or without a distance" : "");
  }
  return note + trend_text(figure);
}

bool has_bars(const Figure& figure) {
  for (const auto& panel : figure.panels) {
    for (const auto& series : panel.series) {
      for (const auto& [x, cell] : series.points) {
        if (cell.summary.n > 0 && bar_of(cell)) return true;
      }
    }
  }
  return false;
}

std::string baselines_text(const Figure& figure) {
  std::string text;
  const bool has_scratch =
      std::any_of(figure.panels.begin(), figure.panels.end(), [](const auto& panel) { return !panel.scratch.empty(); });
  if (has_scratch) text += " Dashed: networks that copy no unit (from scratch).";
  if (figure.chance)
    text += fmt::format(" Chance: {} %, dotted where the axis reaches it.", figure_of(figure.metric, *figure.chance));
  return text;
}

std::string bars_text(const Figure& figure, const Most& most) {
  if (most.folds >= stats::kLeastSplits)
    return fmt::format(" Bars: {:g} % intervals over {} folds ({}).", 100 * figure.confidence, most.folds,
                       folds_note());
  if (most.n >= stats::kLeastSplits) return fmt::format(" Bars: Student's {:g} % intervals.", 100 * figure.confidence);
  if (most.n == 1 && has_bars(figure)) return " Bars: one standard deviation between replicates, to each side.";
  return most.n > 1 ? " Crosses: single " + spoken(figure.unit) + "s; too few for intervals." : "";
}

std::string coarse_note(const Figure& figure) {
  if (!figure.problem.empty()) return "This figure cannot be drawn: " + figure.problem;
  return fmt::format(
             "By coarse class of labels '{}', in percentage points: the accuracy of experiment '{}' on it, minus the "
             "mean accuracy of its fine classes. ",
             figure.asked.coarse, figure.asked.experiment) +
         figure.note;
}

std::string note_of(const Figure& figure, bool overlapping) {
  if (!figure.asked.coarse.empty()) return coarse_note(figure);
  if (figure.asked.ratio) return ratio_note(figure, overlapping);
  const auto most = most_of(figure);
  if (most.n == 0) return fmt::format("No run of this figure has a {} yet.", axis_title(figure.metric));
  std::string note = fmt::format("Mean {} of experiment '{}' {}.", axis_title(figure.metric), figure.asked.experiment,
                                 over_units(figure.unit, most.n, overlapping));
  if (figure.unit == "target") note += " Targets are what repeats a setting here: n counts them, not splits.";
  return note + bars_text(figure, most) + baselines_text(figure);
}

std::string title_of(const Figure& figure) {
  if (!figure.asked.title.empty()) return figure.asked.title;
  if (!figure.asked.coarse.empty()) return "Accuracy of coarse classes minus the mean of their fine classes";
  if (figure.asked.ratio) {
    return fmt::format("{} over {} by {}", study::text_of(figure.asked.ratio->over),
                       study::text_of(figure.asked.ratio->under),
                       is_by_distance(figure.asked) ? "distance" : meaning_of(figure.asked.x));
  }
  const std::string by = figure.asked.series.empty() ? "" : " and " + meaning_of(figure.asked.series);
  return axis_title(figure.metric) + " by " + meaning_of(figure.asked.x) + by;
}

std::string drawn(const Figure& figure, std::size_t number, bool overlapping, const Draw& draw) {
  std::string panels;
  for (std::size_t i = 0; i < figure.panels.size(); ++i) {
    const auto& panel = figure.panels[i];
    if (!panel.caption.empty()) panels += "<div>" + element("h3", escape(panel.caption)) + "\n";
    panels += inline_svg(draw(gnuplot_script(figure, panel)), fmt::format("f{}p{}-", number, i));
    if (!panel.caption.empty()) panels += "</div>\n";
  }
  const std::string title = element("h3", escape(title_of(figure))) + "\n";
  const std::string caption = escape(note_of(figure, overlapping)) + " <a href=\"" + figure.name + ".csv\">CSV</a>";
  return "<figure role=\"group\">" + title + element("div", panels, figure.panels.size() > 1 ? "panels" : "") +
         element("figcaption", caption) + "</figure>\n";
}

std::string cell_note(const PageContext& context) {
  const bool over_folds = context.study.split.count == 1 && context.study.split.folds > 0;
  const auto redrawn = redraw_note(context.study);
  return fmt::format("{}: mean {} ± half of Student's 95 % interval{}.{}", axis_title(reported_metric(context.views)),
                     over_splits(context.study.split.count, context.overlapping),
                     over_folds ? " over its folds (" + folds_note() + ")" : "", redrawn.empty() ? "" : " " + redrawn);
}

}  // namespace

std::string figure_section(const PageContext& context, const Draw& draw) {
  std::string body;
  for (std::size_t i = 0; i < context.figures.size(); ++i) {
    body += drawn(context.figures[i], i, context.overlapping, draw);
  }
  return section("figures", "Figures", body);
}

std::vector<TitledTable> result_tables(const std::vector<RunView>& views, const study::Study& study,
                                       const metrics::MetricName& wanted) {
  std::vector<TitledTable> tables;
  for (const auto& experiment : study.experiments) {
    const auto runs = runs_of_experiment(views, experiment.name);
    if (runs.empty()) continue;
    const auto metric = metric_of_experiment(runs, wanted);
    auto axes = own_axes(experiment, runs);
    if (axes.empty()) axes.push_back("experiment");
    const std::string down = axes[0];
    // Puts the last freely varying axis across, by preference the size.
    const bool has_size = std::find(axes.begin(), axes.end(), "per_class") != axes.end() && down != "per_class";
    const std::string across = has_size ? "per_class" : axes.size() > 1 ? axes[1] : "";
    std::vector<std::string> shown = {down};
    if (!across.empty()) shown.push_back(across);
    const auto others = unexplained_axes(runs, shown);
    const auto unit = shown_scale(metric) == 100 ? " (%)" : "";
    std::vector<std::string> done;
    for (const auto& view : runs) {
      std::vector<AxisCondition> here;
      std::string title = experiment.name + ": " + metrics::to_string(metric) + unit;
      for (const auto& axis : others) {
        here.push_back({axis, {view.value(axis)}});
        title += ", " + axis + " = " + view.value(axis);
      }
      if (std::find(done.begin(), done.end(), title) != done.end()) continue;
      done.push_back(title);
      tables.push_back({title, "", pivot(select(runs, here), down, across, metric)});
    }
  }
  return tables;
}

std::string tables_section(const PageContext& context) {
  const auto metric = reported_metric(context.views);
  std::string body = paragraph(cell_note(context)) + remarks_on(context.views);
  for (const auto& table : result_tables(context.views, context.study, metric)) {
    body += folded(table.title, html_table(table.words));
  }
  return section("tables", "All cells", body);
}

}  // namespace espalier::report
