// Invents results of finished tasks, lets the plan grow by them, and simulates its tasks.
#include "cli/simulate_plan.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "cli/invented_outcome.hpp"

namespace espalier::cli {

namespace {

/// Invents results of finished tasks, so that simulated selections have something to choose from.
class Dream {
 public:
  Dream(const session::StudyInput& input, const plan::CompileOptions& compile) : input_(input), compile_(compile) {
    compile_.account = false;
  }

  /// Takes the plan's tasks, returns those that are new, and leaves the plan without tasks.
  std::vector<sched::AddedTask> added(plan::Plan& plan) {
    std::vector<sched::AddedTask> tasks;
    for (auto& task : plan.tasks) {
      if (!known_.insert(task.id).second) continue;
      const auto sharing = plan::sharing_of(task, compile_.passes);
      tasks.push_back({std::move(task), {}, sharing});
    }
    plan.tasks.clear();
    pending_ = plan.pending;
    std::erase_if(pending_, [](const auto& one) { return one.needs.empty(); });
    compile_.decided = plan.selections;
    if (!pending_.empty()) {
      for (const auto& one : tasks) specs_[one.task.id] = one.task;
    }
    return tasks;
  }

  sched::Growth ended(const TaskId& id) {
    if (pending_.empty()) return {};
    outcomes_[id] = invented_outcome(specs_.at(id));
    std::vector<TaskId> after;
    for (const auto& selection : pending_) {
      const bool due = std::all_of(selection.needs.begin(), selection.needs.end(),
                                   [&](const TaskId& need) { return outcomes_.contains(need); });
      if (due) after.insert(after.end(), selection.needs.begin(), selection.needs.end());
    }
    if (after.empty()) return {};
    plan::Plan plan = plan::compile(input_.study, input_.facts, outcomes_, compile_);
    return {added(plan), after};
  }

 private:
  const session::StudyInput& input_;
  plan::CompileOptions compile_;
  plan::Outcomes outcomes_;
  std::vector<plan::PendingSelection> pending_;
  std::unordered_set<TaskId> known_;
  std::unordered_map<TaskId, task::Task> specs_;
};

}  // namespace

sched::Simulated simulate_plan(const session::StudyInput& input, const plan::CompileOptions& compile, plan::Plan& plan,
                               const sched::SimulateOptions& how) {
  Dream dream(input, compile);
  auto tasks = dream.added(plan);
  plan.runs.clear();
  const bool grows = !plan.pending.empty();
  const sched::Grow grow = grows ? sched::Grow([&](const TaskId& ended) { return dream.ended(ended); }) : sched::Grow{};
  return sched::simulate(std::move(tasks), how, grow);
}

}  // namespace espalier::cli
