// Derives run states and planning outcomes from the replayed state.
#include "espalier/store/state.hpp"

#include <algorithm>

namespace espalier::store {

bool is_harmless(const std::string& dropped) {
  return dropped.find("a record is cut off") != std::string::npos || dropped.ends_with(": ignored");
}

bool is_final(plan::RunState state) {
  switch (state) {
    case plan::RunState::waiting:
    case plan::RunState::ready:
    case plan::RunState::running: return false;
    case plan::RunState::done:
    case plan::RunState::failed:
    case plan::RunState::quarantined:
    case plan::RunState::cancelled:
    case plan::RunState::aborted: return true;
  }
  return false;
}

plan::RunState State::state_of(const plan::PlannedRun& run) const {
  if (!run.aborted.empty()) return plan::RunState::aborted;
  const auto found = run.task.empty() ? tasks.end() : tasks.find(run.task);
  if (found == tasks.end()) return plan::RunState::waiting;
  const TaskState& task = found->second;
  if (task.state != plan::RunState::waiting) return task.state;
  const bool inputs_done = std::all_of(task.task.needs.begin(), task.task.needs.end(), [&](const TaskId& need) {
    const auto input = tasks.find(need);
    return input != tasks.end() && input->second.state == plan::RunState::done;
  });
  return inputs_done ? plan::RunState::ready : plan::RunState::waiting;
}

plan::Outcomes State::outcomes() const {
  plan::Outcomes all;
  for (const auto& [id, task] : tasks) {
    plan::TaskOutcome& outcome = all[id];
    outcome.state = task.state;
    outcome.cause = task.cause;
    outcome.recorded = is_final(task.state) ? task.recorded : task.task.record;
    outcome.seconds = task.seconds;
    outcome.epoch_images = task.epoch_images;
    outcome.rows.reserve(task.rows.size());
    for (const CurrentRow& current : task.rows) outcome.rows.push_back(current.row);
  }
  return all;
}

}  // namespace espalier::store
