// Report section: how the metric rose over epochs, for some runs of each experiment.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "espalier/report/wording.hpp"
#include "report/html.hpp"
#include "report/line_chart.hpp"
#include "report/page_context.hpp"
#include "report/palette.hpp"

namespace espalier::report {
namespace {

constexpr std::size_t kLines = 6;     // of a chart
constexpr std::size_t kPoints = 200;  // of a line

/// Epochs as a number: steps count as parts of one.
double epochs_at(const task::Task& task, const metrics::Row& row) {
  if (row.step == 0) return row.epoch;
  const auto batch = static_cast<double>(std::max(1, task::training(task).batch));
  const double steps = std::max(1.0, std::ceil(static_cast<double>(task.images) / batch));
  return row.epoch + row.step / steps;
}

/// The run's values over its training; of more than kPoints every so many and the last.
std::vector<ChartPoint> curve_of(const RunView& view, const metrics::MetricName& metric) {
  std::vector<ChartPoint> all;
  if (!view.task || task::probe_of(view.task->task)) return all;
  const auto images = view.run->images(metric.subset);
  for (const auto& [fence, row] : view.task->rows) {
    const bool is_it = row.subset == metric.subset && (images.empty() || row.set.empty() || row.set == images);
    if (is_it && std::isfinite(metric.of(row)))
      all.push_back({epochs_at(view.task->task, row), shown_scale(metric) * metric.of(row)});
  }
  const std::size_t every = (all.size() + kPoints - 1) / kPoints;
  std::vector<ChartPoint> some;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (every <= 1 || i % every == 0 || i + 1 == all.size()) some.push_back(all[i]);
  }
  return some;
}

bool has_curve(const std::vector<RunView>& runs, const metrics::MetricName& metric) {
  return std::any_of(runs.begin(), runs.end(), [&](const auto& view) { return curve_of(view, metric).size() > 1; });
}

std::optional<metrics::MetricName> curve_metric(const std::vector<RunView>& runs) {
  using metrics::Metric, metrics::Subset;
  for (const metrics::MetricName metric : {metrics::MetricName{Subset::valid, Metric::top1},
                                           {Subset::test, Metric::top1},
                                           {Subset::valid, Metric::ap},
                                           {Subset::test, Metric::ap},
                                           {Subset::train, Metric::top1},
                                           {Subset::train, Metric::loss}}) {
    if (has_curve(runs, metric)) return metric;
  }
  return std::nullopt;
}

/// A run for each setting, its first one that is done, those that ended best first.
std::vector<RunView> by_end(const std::vector<RunView>& runs, const std::vector<std::string>& axes,
                            const metrics::MetricName& metric) {
  std::map<std::vector<std::string>, std::pair<double, RunView>> first;
  for (const auto& view : runs) {
    const auto curve = curve_of(view, metric);
    if (view.state != task::RunState::done || curve.size() < 2) continue;
    std::vector<std::string> setting;
    for (const auto& axis : axes) setting.push_back(view.setting(axis));
    if (axes.empty()) setting.push_back(view.run->id.brief());  // one setting: its repetitions are what differs
    first.try_emplace(std::move(setting), curve.back().y, view);
  }
  std::vector<std::pair<double, RunView>> sorted;
  for (const auto& [setting, one] : first) sorted.push_back(one);
  std::stable_sort(sorted.begin(), sorted.end(), [&](const auto& a, const auto& b) {
    return metric.higher_is_better() ? a.first > b.first : a.first < b.first;
  });
  std::vector<RunView> views;
  for (const auto& [value, view] : sorted) views.push_back(view);
  return views;
}

/// At most kLines of them, the first and the last among them.
std::vector<RunView> spread(const std::vector<RunView>& sorted) {
  if (sorted.size() <= kLines) return sorted;
  std::vector<RunView> some;
  for (std::size_t i = 0; i < kLines; ++i) some.push_back(sorted[i * (sorted.size() - 1) / (kLines - 1)]);
  return some;
}

std::string name_of(const RunView& view, std::vector<std::string> axes) {
  if (axes.empty()) axes = {"split", "replicate", "fold"};
  std::vector<plan::Label> labels;
  for (const auto& axis : axes) {
    if (const auto value = view.value(axis); !value.empty()) labels.push_back({axis, value});
  }
  return setting_text(labels);
}

std::string chart_of(const std::string& experiment, const std::vector<RunView>& runs) {
  const auto metric = curve_metric(runs);
  if (!metric) return "";
  const auto axes = unexplained_axes(runs, {});
  const auto sorted = by_end(runs, axes, *metric);
  const auto chosen = spread(sorted);
  LineChart chart{"epochs", axis_title(*metric), {}};
  for (std::size_t i = 0; i < chosen.size(); ++i)
    chart.lines.push_back(
        {name_of(chosen[i], axes), mark_of(i, chosen.size(), false).colour, curve_of(chosen[i], *metric)});
  const auto svg = svg_of(chart);
  if (svg.empty()) return "";
  std::string note =
      fmt::format("{}: {} of {} {}", experiment, chosen.size(), sorted.size(), axes.empty() ? "runs" : "settings");
  if (chosen.size() < sorted.size()) note += ", spread evenly from the one that ended best to the one that ended worst";
  else note += ", the one that ended best first";
  if (!axes.empty()) note += "; of each its first run that is done";
  return "<figure>" + svg + legend_of(chart) + element("figcaption", escape(note + ".")) + "</figure>\n";
}

}  // namespace

std::string curves_section(const PageContext& context) {
  std::string charts;
  for (const auto& name : experiments_of(context)) charts += chart_of(name, runs_of_experiment(context.views, name));
  return charts.empty() ? "" : section("curves", "Learning curves", "<div class=\"panels\">" + charts + "</div>\n");
}

}  // namespace espalier::report
