// Small functions on plan types: labels, and what is left to do of a task.
#include "espalier/plan/plan.hpp"

#include <algorithm>

namespace espalier::plan {

const std::string* PlannedRun::label(const std::string& axis) const {
  for (const auto& one : labels) {
    if (one.axis == axis) return &one.value;
  }
  return nullptr;
}

ImageSetId PlannedRun::images(metrics::Subset name) const {
  for (const auto& one : measured) {
    if (one.name == name) return one.images;
  }
  return {};
}

Work work_left(const TaskOutcome& outcome, const task::RecordSpec& wanted) {
  if (outcome.state != task::RunState::done) return Work::train;
  const auto missing = task::lacking(outcome.recorded, wanted);
  if (missing.empty()) return Work::none;
  const bool between = std::any_of(missing.begin(), missing.end(), [&](const task::EvaluationSpec& one) {
    return task::is_too_rare(outcome.recorded, one);  // its network at those moments is gone
  });
  return between || !outcome.has_network ? Work::train : Work::measure;
}

Work work_left(const task::Task& task, const Outcomes& outcomes) {
  const auto found = outcomes.find(task.id);
  if (found == outcomes.end()) return Work::train;
  const Work left = work_left(found->second, task.record);
  const bool is_done = found->second.state == task::RunState::done;
  return task::probe_of(task) && is_done && left == Work::train ? Work::measure : left;  // a probe trains nothing
}

task::Sharing sharing_of(const task::Task& task, const Passes& passes) {
  if (!passes.bundles) return {};
  auto sharing = task::sharing_of(task);
  if (!passes.stages) sharing.family = 0;
  return sharing;
}

}  // namespace espalier::plan
