// Groups runs by setting and ranks the settings.
#include "report/ranked_settings.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace espalier::report {
namespace {

std::int32_t trained_units(const store::TaskState* task) {
  if (!task || !std::holds_alternative<task::TrainSpec>(task->task.work)) return 0;
  const auto& units = task::training(task->task).units;
  return static_cast<std::int32_t>(std::count_if(
      units.begin(), units.end(), [](const task::UnitRow& row) { return row.trained != task::Trained::no; }));
}

stats::RankedSetting to_rank(const std::vector<RunView>& runs, const metrics::MetricName& by, bool redrawn) {
  stats::RankedSetting setting;
  for (const auto& view : runs) {
    setting.trained_units = std::max(setting.trained_units, trained_units(view.task));
    const auto* row = finite_row(view, by);
    if (!row && !view.diverged()) {
      ++setting.missing;
      continue;
    }
    const auto repetition = redrawn ? view.repetition() : view.value("split");
    stats::Measurement run{repetition, "", {}, {}, view.diverged(), view.value("fold")};
    if (row) run.metric = metrics::share_of(*row, by.metric);
    if (row) run.loss = metrics::share_of(*row, metrics::Metric::loss);
    setting.runs.push_back(std::move(run));
  }
  return setting;
}

}  // namespace

const metrics::Row* finite_row(const RunView& view, const metrics::MetricName& metric) {
  const auto* row = final_row(view, metric.subset);
  return row && std::isfinite(metric.of(*row)) ? row : nullptr;
}

bool is_measured(const std::vector<RunView>& runs, const metrics::MetricName& metric) {
  return std::any_of(runs.begin(), runs.end(), [&](const RunView& view) { return finite_row(view, metric); });
}

std::optional<metrics::MetricName> first_measured(const std::vector<RunView>& runs,
                                                  const std::vector<metrics::MetricName>& metrics) {
  const auto found =
      std::find_if(metrics.begin(), metrics.end(), [&](const auto& metric) { return is_measured(runs, metric); });
  return found == metrics.end() ? std::nullopt : std::optional(*found);
}

std::vector<std::string> values_at(const RunView& view, const std::vector<std::string>& axes) {
  std::vector<std::string> values;
  for (const auto& axis : axes) values.push_back(view.value(axis));
  return values;
}

std::vector<SettingRuns> settings_of(const std::vector<RunView>& runs, const std::vector<std::string>& axes) {
  std::vector<SettingRuns> settings;
  std::map<std::vector<std::string>, std::size_t> index;
  for (const auto& view : runs) {
    auto values = values_at(view, axes);
    const auto [where, is_new] = index.try_emplace(values, settings.size());
    if (is_new) settings.push_back({std::move(values), {}});
    settings[where->second].runs.push_back(view);
  }
  return settings;
}

std::vector<stats::Standing> ranked(const std::vector<SettingRuns>& settings, const metrics::MetricName& by) {
  const bool redrawn = std::all_of(settings.begin(), settings.end(),
                                   [](const SettingRuns& one) { return all_repeat_by_replicate(one.runs); });
  std::vector<stats::RankedSetting> all;
  for (const auto& setting : settings) all.push_back(to_rank(setting.runs, by, redrawn));
  return stats::rank(all, metrics::Better::higher);
}

}  // namespace espalier::report
