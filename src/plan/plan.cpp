// Small functions on plan types: state names, labels, whether recorded results cover what is wanted.
#include "espalier/plan/plan.hpp"

namespace espalier::plan {

const std::string* PlannedRun::label(const std::string& axis) const {
  for (const auto& one : labels) {
    if (one.axis == axis) return &one.value;
  }
  return nullptr;
}

bool covers(const task::RecordSpec& recorded, const task::RecordSpec& wanted) {
  const bool beat = wanted.evaluate_every == 0 ||
                    (recorded.evaluate_every != 0 && wanted.evaluate_every % recorded.evaluate_every == 0);
  return beat && (recorded.valid || !wanted.valid) && (recorded.test || !wanted.test) && (recorded.fit || !wanted.fit);
}

bool is_done(const task::Task& task, const Outcomes& outcomes) {
  const auto found = outcomes.find(task.id);
  return found != outcomes.end() && found->second.state == task::RunState::done &&
         covers(found->second.recorded, task.record);
}

task::Sharing sharing_of(const task::Task& task, const Passes& passes) {
  if (!passes.bundles) return {};
  auto sharing = task::sharing_of(task);
  if (!passes.stages) sharing.family = 0;
  return sharing;
}

}  // namespace espalier::plan
