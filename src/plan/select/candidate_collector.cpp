// Gathers the measurements of the runs a selection compares, and which tasks it still waits for.
#include "plan/select/candidate_collector.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "espalier/core/errors.hpp"
#include "espalier/plan/repetition.hpp"
#include "plan/findings.hpp"

namespace espalier::plan {
namespace {

const metrics::Row* result_of(const TaskOutcome& outcome, metrics::Subset subset, const PlannedRun& run) {
  return task::result_at(outcome.rows, subset, run.images(subset), std::identity{}, task::last_result(outcome.stopped));
}

metrics::MetricName metric_of(const study::Take& take) {
  try {
    return metrics::parse_metric(take.best);
  } catch (const UsageError& error) {
    throw CompileError{error.problem()};
  }
}

}  // namespace

CandidateCollector::CandidateCollector(const study::Take& take, const TaskTable& tasks, const Outcomes& outcomes,
                                       bool by_replicate)
    : take_(take), tasks_(tasks), outcomes_(outcomes), by_replicate_(by_replicate), metric_(metric_of(take)) {}

std::vector<TaskId> CandidateCollector::needs() const { return {needs_.begin(), needs_.end()}; }

Setting* CandidateCollector::setting_of(const RunRef& ref) {
  auto values = plan::setting_of(take_, ref);
  if (!values) return nullptr;
  for (auto& known : settings_) {
    if (known.values == *values) return &known;
  }
  settings_.push_back({});
  settings_.back().values = std::move(*values);
  return &settings_.back();
}

Measurement CandidateCollector::measurement_of(const PlannedRun& run) const {
  Measurement measurement;
  if (by_replicate_) measurement.split = repetition_of(run);
  else if (const auto* split = run.label("split")) measurement.split = *split;
  if (const auto* fold = run.label("fold")) measurement.fold = *fold;
  for (const auto& axis : take_.mean_over) {
    const auto* label = study::repeats(axis) ? nullptr : run.label(axis);
    if (label) measurement.cell += axis + "=" + *label + ",";
  }
  return measurement;
}

void CandidateCollector::check_recorded(const RunRef& ref) const {
  const bool is_running_score = metric_.subset == metrics::Subset::train;
  if (is_running_score || !ref.experiment->runs[ref.run].images(metric_.subset).empty()) return;
  throw CompileError{{"a " + std::string(is_pick(take_) ? "pick" : "selection") + " chooses by '" + take_.best +
                          "', which is not recorded",
                      "experiment '" + ref.experiment->study->name + "' has no such images or does not measure them",
                      "Set valid = { per_class = N } on its data, or train_eval = true."}};
}

void CandidateCollector::fail(const RunRef& ref, Setting& setting, const std::string& why) {
  ++setting.missing;
  const auto& experiment = *ref.experiment;
  failures_.push_back(experiment.study->name + ": " + describe(experiment, experiment.grid.cells[ref.run]) + " (" +
                      why + ")");
}

void CandidateCollector::add(const RunRef& ref) {
  const auto& run = ref.experiment->runs[ref.run];
  Setting* setting = run.waits_for.empty() ? setting_of(ref) : nullptr;
  if (!setting) {
    // An aborted run may lack its taken values: its setting is unknown, but its failure counts.
    if (run.aborted.empty()) waits_for_.insert(run.waits_for);
    if (!run.aborted.empty()) failures_.push_back(run.experiment + ": " + run.aborted);
    return;
  }
  const Measurement measurement = measurement_of(run);
  const auto* replicate = run.label("replicate");
  const std::string cell = text_of(setting->values) + "|" + measurement.split + "|" + measurement.cell + "|" +
                           (replicate ? *replicate : "") + "|" + measurement.fold;
  if (!seen_.insert(cell + "|" + run.task.hex.str()).second) return;
  if (!run.aborted.empty()) return fail(ref, *setting, "aborted: " + run.aborted);
  if (const auto* entry = tasks_.find(run.task)) {
    check_recorded(ref);
    setting->trained_units = entry->trained_units;
  }
  const auto outcome = outcomes_.find(run.task);
  if (outcome == outcomes_.end() || !task::is_final(outcome->second.state)) needs_.insert(run.task);
  else measure(outcome->second, ref, *setting, measurement);
}

void CandidateCollector::measure(const TaskOutcome& outcome, const RunRef& ref, Setting& setting,
                                 Measurement measured) {
  measured.diverged = outcome.diverged;
  if (outcome.state != task::RunState::done && !measured.diverged) {
    return fail(ref, setting,
                std::string(name_of(outcome.state)) + (outcome.cause.empty() ? "" : ": " + outcome.cause));
  }
  const auto& run = ref.experiment->runs[ref.run];
  const auto* row = result_of(outcome, metric_.subset, run);
  if (!row && !measured.diverged) {
    needs_.insert(run.task);  // done before this was recorded: it is measured or trained again
    return;
  }
  if (row) measured.metric = metrics::share_of(*row, metric_.metric);
  if (!std::isfinite(measured.metric.amount)) return fail(ref, setting, take_.best + " is not a number");
  const auto* valid = is_pick(take_) ? row : result_of(outcome, metrics::Subset::valid, run);
  if (valid || row) measured.loss = metrics::share_of(*(valid ? valid : row), metrics::Metric::loss);
  setting.runs.push_back(std::move(measured));
}

}  // namespace espalier::plan
