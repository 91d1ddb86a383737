// Derives run states and planning outcomes from the replayed state.
#include "espalier/store/state.hpp"

#include <algorithm>

namespace espalier::store {

bool is_damage(const Dropped& dropped) {
  switch (dropped.kind) {
    case Dropped::Kind::torn_tail:
    case Dropped::Kind::unbegun_segment:
    case Dropped::Kind::missing_rows:
    case Dropped::Kind::incomplete_curve:
    case Dropped::Kind::accepted: return false;
    case Dropped::Kind::lost_bytes:
    case Dropped::Kind::lost_segment:
    case Dropped::Kind::unreadable_record:
    case Dropped::Kind::unlisted_task: return true;
  }
  return true;
}

bool is_loss(const Dropped& dropped) {
  return is_damage(dropped) || dropped.kind == Dropped::Kind::missing_rows ||
         dropped.kind == Dropped::Kind::incomplete_curve;
}

std::string describe(const Dropped& dropped) {
  return dropped.text + (dropped.times > 1 ? " (" + std::to_string(dropped.times) + " times)" : "") +
         (dropped.kind == Dropped::Kind::accepted ? " (accepted)" : "");
}

void mark_accepted(State& state) {
  const auto& accepted = state.accepted_damage;
  for (Dropped& one : state.dropped) {
    const bool is_accepted = std::find(accepted.begin(), accepted.end(), one.text) != accepted.end();
    if (is_damage(one) && is_accepted) one.kind = Dropped::Kind::accepted;
  }
}

task::Moment end_of(const TaskState& task) {
  if (task::probe_of(task.task)) return {};
  return task.stopped == task::Stopped{} ? task::training(task.task).length : task.stopped.ended;
}

task::Moment result_moment(const TaskState& task) {
  if (task::probe_of(task.task)) return {};
  return task.stopped == task::Stopped{} ? task::training(task.task).length : task.stopped.result;
}

namespace {

const metrics::Row* result_on(const TaskState& task, metrics::Subset name, const ImageSetId& images) {
  if (images.empty() != (name == metrics::Subset::train)) return nullptr;  // the running score has no image set
  return task::result_at(
      task.rows, name, images, [](const CurrentRow& current) -> const metrics::Row& { return current.row; },
      task::last_result(task.stopped));
}

}  // namespace

const metrics::Row* result_at(const TaskState& task, metrics::Subset name) {
  const auto* measured = task::evaluation_named(task.task.record, name);
  return result_on(task, name, measured ? measured->images : ImageSetId{});
}

const metrics::Row* result_at(const TaskState& task, const plan::PlannedRun& run, metrics::Subset name) {
  return result_on(task, name, run.images(name));
}

const MergedRecord* origin_of(const State& state, const TaskId& task) {
  for (auto one = state.merged.rbegin(); one != state.merged.rend(); ++one) {
    if (std::binary_search(one->tasks.begin(), one->tasks.end(), task)) return &*one;
  }
  return nullptr;
}

task::RunState State::state_of(const plan::PlannedRun& run) const {
  const auto found = run.task.empty() ? tasks.end() : tasks.find(run.task);
  const bool is_done = found != tasks.end() && found->second.state == task::RunState::done;
  if (!is_done && cancelled.contains(run.id)) return task::RunState::cancelled;
  if (!run.aborted.empty()) return task::RunState::aborted;
  if (found == tasks.end()) return task::RunState::waiting;
  const TaskState& task = found->second;
  if (task.state != task::RunState::waiting) return task.state;
  const bool inputs_done = std::all_of(task.task.inputs.begin(), task.task.inputs.end(), [&](const task::Input& one) {
    const auto input = tasks.find(one.task);
    return input != tasks.end() && input->second.state == task::RunState::done;
  });
  return inputs_done ? task::RunState::ready : task::RunState::waiting;
}

plan::Outcomes State::outcomes() const {
  plan::Outcomes all;
  for (const auto& [id, task] : tasks) {
    plan::TaskOutcome& outcome = all[id];
    outcome.state = task.state;
    outcome.diverged = task.diverged;
    outcome.stopped = task.stopped;
    outcome.cause = task.cause;
    outcome.recorded = is_final(task.state) ? task.recorded : task.task.record;
    outcome.has_network = !task.finished.artifact.empty();
    outcome.seconds = task.seconds;
    outcome.epoch_images = task.epoch_images;
    outcome.rows.reserve(task.rows.size());
    for (const CurrentRow& current : task.rows) outcome.rows.push_back(current.row);
  }
  return all;
}

namespace {

bool has_progress_since(const TaskState& task, std::uint32_t first) {
  const auto is_later = [&](const Fence& fence) { return fence.segment >= first; };
  if (std::any_of(task.rows.begin(), task.rows.end(), [&](const CurrentRow& one) { return is_later(one.fence); }))
    return true;
  const auto begun = std::find_if(task.attempts.begin(), task.attempts.end(),
                                  [&](const Attempt& attempt) { return is_later(attempt.fence); });
  if (begun == task.attempts.end()) return false;
  return task::is_final(task.state) || (!task.training.artifact.empty() && task.training.at > begun->resumed_from);
}

}  // namespace

bool has_progress_since(const State& state, std::uint32_t first) {
  return std::any_of(state.tasks.begin(), state.tasks.end(),
                     [&](const auto& entry) { return has_progress_since(entry.second, first); });
}

}  // namespace espalier::store
