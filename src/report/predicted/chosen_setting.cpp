// Finds the setting with the best mean on validation images, else on test images, for each target.
#include "report/predicted/chosen_setting.hpp"

#include <algorithm>
#include <cmath>

namespace espalier::report {
namespace {

using Words = std::vector<std::string>;

Words setting_of(const RunView& view, const Words& axes) {
  Words values;
  for (const auto& axis : axes) values.push_back(view.setting(axis));
  return values;
}

std::optional<ChosenSetting> best_of(const std::vector<RunView>& runs) {
  const auto metric = metric_of_choice(runs);
  if (!metric) return std::nullopt;
  const auto axes = unexplained_axes(runs, {});
  Query query;
  query.metric = *metric;
  query.by = axes;
  query.unrecorded = Unrecorded::empty;
  const auto cells = aggregate(runs, query);
  const stats::CellSummary* best = nullptr;
  for (const auto& cell : cells) {
    if (cell.summary.n > 0 && (!best || cell.summary.mean > best->summary.mean)) best = &cell;
  }
  if (!best) return std::nullopt;
  ChosenSetting chosen{{}, {}, *metric, best->summary.mean, static_cast<int>(cells.size())};
  for (std::size_t i = 0; i < axes.size(); ++i) chosen.labels.push_back({axes[i], best->group[i]});
  for (const auto& view : runs) {
    const bool is_done = view.state == task::RunState::done && !view.diverged();
    if (is_done && setting_of(view, axes) == best->group) chosen.runs.push_back(view);
  }
  return chosen;
}

}  // namespace

std::optional<metrics::MetricName> metric_of_choice(const std::vector<RunView>& runs) {
  using metrics::Metric, metrics::Subset;
  for (const metrics::MetricName metric : {metrics::MetricName{Subset::valid, Metric::top1},
                                           {Subset::test, Metric::top1},
                                           {Subset::valid, Metric::ap},
                                           {Subset::test, Metric::ap}}) {
    const auto has = [&](const RunView& view) {
      const auto* row = final_row(view, metric.subset);
      return row && std::isfinite(metric.of(*row));
    };
    if (std::any_of(runs.begin(), runs.end(), has)) return metric;
  }
  return std::nullopt;
}

std::vector<ChosenSetting> chosen_settings(const std::vector<RunView>& runs) {
  std::vector<ChosenSetting> all;
  Words targets;
  for (const auto& view : runs) {
    const auto target = view.value("target");
    if (std::find(targets.begin(), targets.end(), target) != targets.end()) continue;
    targets.push_back(target);
    std::vector<RunView> here;
    std::copy_if(runs.begin(), runs.end(), std::back_inserter(here),
                 [&](const RunView& one) { return one.value("target") == target; });
    auto best = best_of(here);
    if (!best) continue;
    if (!target.empty() &&
        std::any_of(runs.begin(), runs.end(), [&](const RunView& one) { return one.value("target") != target; }))
      best->labels.insert(best->labels.begin(), {"target", target});
    all.push_back(std::move(*best));
  }
  return all;
}

}  // namespace espalier::report
