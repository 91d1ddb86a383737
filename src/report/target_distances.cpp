// Averages the distances of an experiment over splits, and finds that of a run's target.
#include "report/target_distances.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "espalier/core/errors.hpp"
#include "espalier/report/published_rules.hpp"
#include "espalier/report/recommend.hpp"
#include "report/page_context.hpp"

namespace espalier::report {
namespace {

bool has_label(const std::vector<RunView>& runs, const std::string& axis) {
  return std::any_of(runs.begin(), runs.end(), [&](const RunView& view) { return view.run->label(axis) != nullptr; });
}

std::vector<RunView> measured_by(const std::vector<RunView>& views, const study::DistancesFrom& from) {
  std::vector<RunView> found;
  for (const auto& view : runs_of_experiment(views, from.experiment)) {
    const bool fits = view.value("method") == from.method &&
                      (from.features == 0 || view.value("features") == std::to_string(from.features));
    if (fits) found.push_back(view);
  }
  if (!found.empty()) return found;
  throw UsageError("'" + from.experiment + "' has no distances by '" + from.method + "'",
                   "no run of it here is of this method and unit", "Name another method, or run the experiment.");
}

}  // namespace

metrics::MetricName distance_metric() { return {metrics::Subset::test, metrics::Metric::distance}; }

metrics::MetricName floor_metric() { return {metrics::Subset::test, metrics::Metric::floor}; }

std::string distance_text(const std::string& method, double value) {
  if (method == "cosine") return fmt::format("{:.3f}", value);
  if (method == "mmd") return fmt::format("{:.2f}", value);
  return fmt::format("{:.1f} %", 100 * value);  // the accuracy of what tells the two sets apart
}

std::optional<stats::Interval> range_of_draws(const std::vector<double>& draws) {
  const auto summary = stats::summarise(draws);
  if (!summary.interval) return std::nullopt;
  const double half = (summary.interval->high - summary.mean) * std::sqrt(static_cast<double>(summary.n));
  return stats::Interval{summary.mean - half, summary.mean + half};
}

TargetDistances::TargetDistances(const std::vector<RunView>& views, const study::DistancesFrom& from) {
  const auto runs = measured_by(views, from);
  for (const char* axis : {"target", "source", "network"}) {
    if (has_label(runs, axis)) axes_.push_back(axis);
  }
  Query query;
  query.metric = distance_metric();
  query.unrecorded = Unrecorded::empty;
  query.by = axes_;
  cells_ = aggregate(runs, query);
  calibrated_ = from.method == "cosine" && std::all_of(runs.begin(), runs.end(), [](const RunView& view) {
                  return view.task && view.value("features") == "7" &&
                         report::is_calibrated(view.value("network"), kCalibratedUnit,
                                               task::as_training(view.task->task).network);
                });
}

std::optional<double> TargetDistances::of(const RunView& view) const {
  std::optional<double> found;
  for (const auto& cell : cells_) {
    bool fits = true;
    for (std::size_t i = 0; i < axes_.size(); ++i) {
      const auto value = view.value(axes_[i]);
      fits = fits && (value.empty() || value == cell.group[i]);
    }
    if (!fits || cell.summary.n == 0) continue;
    if (found) {
      throw UsageError("target '" + view.value("target") + "' has several distances",
                       "from several sources or through several networks, and the run names none of them",
                       "Give the experiments equal sources and networks.");
    }
    found = cell.summary.mean;
  }
  return found;
}

}  // namespace espalier::report
