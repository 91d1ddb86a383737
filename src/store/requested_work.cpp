// Follows inputs and dependents of tasks that the user gives back or cancels.
#include "espalier/store/requested_work.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace espalier::store {

namespace {

const TaskState* find(const State& state, const TaskId& id) {
  const auto found = state.tasks.find(id);
  return found == state.tasks.end() ? nullptr : &found->second;
}

bool has_failed(const TaskState& task) { return is_final(task.state) && task.state != task::RunState::done; }

class GivingBack {
 public:
  explicit GivingBack(const State& state) : state_(state) {
    for (const auto& [id, task] : state.tasks) {
      for (const task::Input& input : task.task.inputs) dependents_[input.task].push_back(id);
    }
  }

  /// The task, unless it is done, and inputs that failed.
  void add_with_inputs(const TaskId& id) {
    const TaskState* task = find(state_, id);
    if (!task || task->state == task::RunState::done || !chosen_.insert(id).second) return;
    for (const task::Input& input : task->task.inputs) {
      const TaskState* source = find(state_, input.task);
      if (source && has_failed(*source)) add_with_inputs(input.task);
    }
    order_.push_back(id);
  }

  /// Tasks that were aborted and lack nothing any more once those before them are tried again.
  void add_dependents() {
    for (std::size_t next = 0; next < order_.size(); ++next) {
      const auto found = dependents_.find(order_[next]);
      if (found == dependents_.end()) continue;
      for (const TaskId& id : found->second) {
        if (state_.tasks.at(id).state == task::RunState::aborted && may_run(id) && chosen_.insert(id).second)
          order_.push_back(id);
      }
    }
  }

  const std::vector<TaskId>& tasks() const { return order_; }

 private:
  bool may_run(const TaskId& id) const {
    const auto& inputs = state_.tasks.at(id).task.inputs;
    return std::all_of(inputs.begin(), inputs.end(), [&](const task::Input& input) {
      const TaskState* source = find(state_, input.task);
      return source && (chosen_.contains(input.task) || !has_failed(*source));
    });
  }

  const State& state_;
  std::unordered_map<TaskId, std::vector<TaskId>> dependents_;
  std::unordered_set<TaskId> chosen_;
  std::vector<TaskId> order_;
};

/// Adds a task and its inputs, inputs first.
void add_needed(const State& state, const TaskId& id, std::unordered_set<TaskId>& known, std::vector<TaskId>& order) {
  const TaskState* task = find(state, id);
  if (!task || !known.insert(id).second) return;
  for (const task::Input& input : task->task.inputs) add_needed(state, input.task, known, order);
  order.push_back(id);
}

}  // namespace

GivenBackRecord given_back(const State& state, const std::vector<TaskId>& tasks, const std::vector<RunId>& runs) {
  GivingBack giving(state);
  for (const TaskId& id : tasks) giving.add_with_inputs(id);
  giving.add_dependents();
  GivenBackRecord record;
  record.tasks = giving.tasks();
  for (const RunId& run : runs) {
    if (state.cancelled.contains(run)) record.runs.push_back(run);
  }
  for (const plan::SelectionOutcome& one : state.selections) {
    if (one.chosen.empty()) record.selections.push_back(one.key);
  }
  return record;
}

std::vector<TaskId> unneeded_tasks(const State& state) {
  std::unordered_set<TaskId> known;
  std::vector<TaskId> needed, unneeded;
  if (state.cancelled.empty()) return unneeded;
  for (const RunEntry& entry : state.runs) {
    if (entry.current && !state.cancelled.contains(entry.run.id)) add_needed(state, entry.run.task, known, needed);
  }
  for (const RunEntry& entry : state.runs) {
    if (state.cancelled.contains(entry.run.id)) add_needed(state, entry.run.task, known, unneeded);
  }
  std::erase_if(unneeded, [&](const TaskId& id) { return is_final(state.tasks.at(id).state); });
  std::reverse(unneeded.begin(), unneeded.end());
  return unneeded;
}

}  // namespace espalier::store
