// Gathers the cells of a figure into panels and series, and chooses the scale of its x axis.
#include "espalier/report/figure.hpp"

#include <algorithm>
#include <map>

#include "espalier/core/errors.hpp"
#include "espalier/report/wording.hpp"
#include "report/axis_values.hpp"
#include "report/baselines.hpp"
#include "report/coarse/coarse_output.hpp"
#include "report/figure_parts.hpp"
#include "report/page_context.hpp"

namespace espalier::report {
namespace {

std::string caption_of(const std::vector<std::string>& axes, const std::vector<std::string>& values) {
  std::string caption;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    caption += (i ? ", " : "") + axes[i] + " = " + values[i];
  }
  return caption;
}

FigurePanel& panel_of(Figure& figure, const std::vector<std::string>& axes, const std::vector<std::string>& values) {
  const std::string caption = caption_of(axes, values);
  for (auto& panel : figure.panels) {
    if (panel.caption == caption) return panel;
  }
  auto& panel = figure.panels.emplace_back();
  panel.caption = caption;
  panel.values = values;
  for (const auto& value : figure.series_values) panel.series.push_back({value, {}});
  return panel;
}

void put_cell(Figure& figure, const std::vector<std::string>& panel_axes, stats::CellSummary cell) {
  const std::vector<std::string> at(cell.group.begin(),
                                    cell.group.begin() + static_cast<std::ptrdiff_t>(panel_axes.size()));
  const std::string x = cell.group.back();
  const std::string series = figure.asked.series.empty() ? "" : cell.group[panel_axes.size()];
  auto& panel = panel_of(figure, panel_axes, at);
  panel.series[place_of(figure.series_values, series)].points.push_back(
      {place_of(figure.x_values, x), std::move(cell)});
}

/// Removes series without any value, which would be in the legend without a line.
void drop_empty_series(FigurePanel& panel) {
  std::erase_if(panel.series, [](const FigureSeries& series) {
    return std::none_of(series.points.begin(), series.points.end(),
                        [](const FigurePoint& point) { return point.cell.summary.n > 0; });
  });
}

std::vector<study::FigureSpec> default_figures(const std::vector<RunView>& views, const study::Study& study) {
  std::vector<study::FigureSpec> figures;
  const auto wanted = reported_metric(views);
  for (const auto& experiment : study.experiments) {
    const auto runs = runs_of_experiment(views, experiment.name);
    const auto axes = own_axes(experiment, runs);
    if (axes.empty()) continue;
    const auto metric = metrics::to_string(metric_of_experiment(runs, wanted));
    figures.push_back({{}, experiment.name, axes[0], axes.size() > 1 ? axes[1] : "", metric, "", false, {}});
  }
  return figures;
}

}  // namespace

bool is_by_distance(const study::FigureSpec& asked) { return asked.ratio && asked.x == study::kDistance; }

namespace {

/// Puts the values where their numbers are, "all" at the images a class that it comes to. Where these are unknown, or
/// no more than the number before, values stand side by side.
void place_values(Figure& figure, const std::vector<RunView>& runs) {
  constexpr double kWide = 20;  // a ratio of the largest to the least from which an axis is logarithmic
  if (figure.x_values.size() < 2 || !all_numbers(figure.x_values)) return;
  std::vector<double> places;
  for (const auto& value : figure.x_values) {
    const auto all = value == "all" && figure.asked.x == "per_class" ? images_of_all(runs) : std::nullopt;
    places.push_back(value == "all" ? all.value_or(0) : number_of(value));
  }
  for (std::size_t i = 1; i < places.size(); ++i) {
    if (places[i] <= places[i - 1]) return;
  }
  figure.x_places = places;
  figure.x_scale = places.front() > 0 && places.back() / places.front() > kWide ? XScale::logarithmic : XScale::linear;
}

}  // namespace

XScale scale_of(const std::string& axis, const std::vector<std::string>& values) {
  const bool has_all = std::find(values.begin(), values.end(), "all") != values.end();
  if (has_all || values.size() < 2 || !all_numbers(values)) return XScale::category;
  const double first = number_of(values.front()), last = number_of(values.back());
  const bool counts_images = axis == "per_class" && values.size() > 2;
  if (first > 0 && (last / first >= 50 || counts_images)) return XScale::logarithmic;
  return XScale::linear;
}

std::string harmless(const std::string& text) {
  std::string name;
  for (const char c : text) {
    const bool keeps =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    name += keeps ? c : '-';
  }
  return name;
}

std::size_t place_of(const std::vector<std::string>& values, const std::string& value) {
  return static_cast<std::size_t>(std::find(values.begin(), values.end(), value) - values.begin());
}

std::optional<stats::Interval> bar_of(const stats::CellSummary& cell) {
  const auto& summary = cell.summary;
  if (summary.interval || summary.n != 1 || !cell.sd_within) return summary.interval;
  return stats::Interval{summary.mean - *cell.sd_within, summary.mean + *cell.sd_within};
}

double position(const Figure& figure, std::size_t x) {
  if (figure.x_scale == XScale::category) return static_cast<double>(x);
  return figure.x_places.empty() ? number_of(figure.x_values[x]) : figure.x_places[x];
}

Figure make_figure(const std::vector<RunView>& views, const study::FigureSpec& asked) {
  if (asked.ratio) return make_ratio_figure(views, asked);
  const auto runs = runs_of_experiment(views, asked.experiment);
  Figure figure;
  figure.asked = asked;
  figure.name = harmless(asked.experiment) + "-" + harmless(asked.x);
  figure.metric = metrics::parse_metric(asked.y);
  figure.x_values = values_of(runs, asked.x);
  figure.series_values = asked.series.empty() ? std::vector<std::string>{""} : values_of(runs, asked.series);
  place_values(figure, runs);
  figure.x_ordered = all_numbers(figure.x_values);
  std::vector<std::string> shown = {asked.x};
  if (!asked.series.empty()) shown.insert(shown.begin(), asked.series);
  Query query;
  query.metric = figure.metric;
  query.unrecorded = Unrecorded::empty;  // the figure says so
  if (asked.over_targets) query.unit = "target";
  figure.unit = query.counted = counted_in(runs, query);
  query.by = unexplained_axes(runs, shown, query.unit);
  const auto panel_axes = query.by;
  query.by.insert(query.by.end(), shown.begin(), shown.end());
  figure.confidence = query.confidence;
  const auto cells = aggregate(runs, query);
  figure.table = exact(cells, query);
  for (const auto& cell : cells) put_cell(figure, panel_axes, cell);
  for (auto& panel : figure.panels) drop_empty_series(panel);
  add_baselines(figure, views, runs, panel_axes);
  return figure;
}

std::vector<Figure> make_figures(const std::vector<RunView>& views, const study::Study& study,
                                 const ReadPredictions& read) {
  const auto asked = study.figures.empty() ? default_figures(views, study) : study.figures;
  std::vector<Figure> figures;
  std::map<std::string, int> names;
  for (const auto& one : asked) {
    figures.push_back(one.coarse.empty() ? make_figure(views, one) : make_coarse_figure(views, one, study, read));
    const int times = ++names[figures.back().name];
    if (times > 1) figures.back().name += "-" + std::to_string(times);
  }
  return figures;
}

}  // namespace espalier::report
