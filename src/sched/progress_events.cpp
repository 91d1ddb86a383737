// Handles the normal events: workers join, tasks arrive, begin, report rows and end.
#include "espalier/core/utf8.hpp"
#include "sched/scheduler_core.hpp"

namespace espalier::sched {

/// The task that a message is about, if it carries the fence of the latest dispatch of that task; else null.
Entry* Scheduler::Core::current(const TaskId& task, Fence fence) {
  Entry* entry = tasks.find(task);
  if (!entry || !entry->in_hand || entry->fence != fence) return nullptr;
  for (const WorkerId id : holders_of(*entry)) {
    const auto holder = workers.find(id);  // members of a group may have left while their leader saves
    if (holder != workers.end()) holder->second.heard = watched_s_;
  }
  return entry;
}

void Scheduler::Core::on(const protocol::Hello& hello) {
  Worker& worker = workers[hello.worker];
  worker.heard = watched_s_;
  update_room(hello.worker, worker);
  if (stopping) answer.stop.push_back(hello.worker);
}

void Scheduler::Core::on(TasksAdded& added) {
  std::vector<Entry*> batch;
  tasks.make_room(added.tasks.size());
  for (auto& one : added.tasks) {
    if (Entry* entry = tasks.add(std::move(one))) batch.push_back(entry);
  }
  tasks.settle(batch);
  abort_hopeless(batch);
}

/// Aborts those of `batch` that need a task which has ended without what they need.
void Scheduler::Core::abort_hopeless(const std::vector<Entry*>& batch) {
  for (Entry* entry : batch) {
    for (Entry* source : entry->sources) {
      if (!task::is_final(entry->state) && task::is_final(source->state) && !tasks.serves(*source))
        abort_all({entry}, *source, "");
    }
  }
}

void Scheduler::Core::begin(Entry& entry, task::Moment resumed_from) {
  if (entry.begun) return;
  entry.begun = true;
  answer.facts.push_back(AttemptBegun{entry.fence, entry.task.id, entry.worker, resumed_from});
}

void Scheduler::Core::on(const protocol::Started& started) {
  if (Entry* entry = current(started.task, started.fence)) begin(*entry, started.resumed_from);
}

void Scheduler::Core::on(const protocol::Progress& progress) { current(progress.task, progress.fence); }

void Scheduler::Core::on(const protocol::Rows& rows) {
  if (current(rows.task, rows.fence)) answer.facts.push_back(rows);
}

void Scheduler::Core::on(const protocol::CheckpointMade& made) {
  Entry* entry = current(made.task, made.fence);
  if (!entry) return;
  if (made.kind == task::ArtifactKind::training) {
    entry->resume = made.artifact;
    entry->resume_at = made.at;
    entry->memory_losses = 0;
  }
  if (made.kind == task::ArtifactKind::finished) entry->finished = made.artifact;
  answer.facts.push_back(made);
}

void Scheduler::Core::on(const protocol::Ended& ended) {
  Entry* entry = current(ended.task, ended.fence);
  if (!entry) return;
  begin(*entry, entry->resume_at);
  for (const WorkerId id : holders_of(*entry)) {
    const auto holder = workers.find(id);
    if (holder == workers.end()) continue;
    holder->second.lost.clear();
    holder->second.machine_losses = 0;
  }
  release(*entry);
  TaskEnded end{ended.fence, ended.task, task::RunState::done, "", ended.seconds, ended.epoch_images, ended.device};
  switch (ended.kind) {
    case task::End::done:
      if (entry->share_s > 0) {
        const double ratio = ended.seconds / entry->share_s;
        seconds_per_cost = seconds_per_cost ? 0.8 * *seconds_per_cost + 0.2 * ratio : ratio;
      }
      end.stopped = ended.stopped;
      end.cause = ended.text;  // a remark on its results
      return finish(*entry, end);
    case task::End::diverged:
      end.diverged = true;
      end.state = task::RunState::failed;
      end.cause = ended.text.empty() ? "diverged" : "diverged: " + ended.text;
      return finish(*entry, end);
    case task::End::refused:
      end.state = task::RunState::failed;
      end.cause = ended.text.empty() ? "refused" : "refused: " + ended.text;
      return finish(*entry, end);
    case task::End::cancelled:
      end.state = task::RunState::cancelled;
      end.cause = ended.text;
      return finish(*entry, end);
    case task::End::stopped:
      end.state = task::RunState::waiting;
      end.cause = "stopped";
      answer.facts.push_back(end);
      return tasks.give_back(*entry);
  }
}

void Scheduler::Core::finish(Entry& entry, const TaskEnded& end) {
  answer.facts.push_back(end);
  abort_all(tasks.end(entry, end.state), entry, end.cause);
}

/// Aborts the tasks that cannot run without `source`, and those that need them in turn; each says what befell the
/// first.
void Scheduler::Core::abort_all(const std::vector<Entry*>& entries, const Entry& source, const std::string& cause) {
  constexpr std::size_t kMostBytes = 300;  // the source's own record has the whole of it
  std::string why =
      source.state == task::RunState::done ? " kept no network" : std::string(" ") + name_of(source.state);
  if (!cause.empty()) why += ": " + std::string(first_bytes(cause, kMostBytes));
  for (Entry* entry : entries) {
    if (task::is_final(entry->state)) continue;
    // A newer fence than that of any attempt in earlier launches.
    const Fence fence{options.segment, static_cast<std::uint32_t>(entry->attempts + 1)};
    TaskEnded end{fence, entry->task.id, task::RunState::aborted, "its source " + source.task.id.brief() + why};
    finish(*entry, end);
  }
}

void Scheduler::Core::on(const protocol::Alive& alive) {
  const auto found = workers.find(alive.worker);
  if (found != workers.end()) found->second.heard = watched_s_;
}

/// What the worker did not end is given back. A group in which it did its part goes on without it: its leader may still
/// be saving.
void Scheduler::Core::on(const protocol::Goodbye& goodbye) {
  const auto found = workers.find(goodbye.worker);
  if (found == workers.end()) return;
  const auto in_hand = found->second.in_hand;
  for (Entry* entry : in_hand) {
    if (entry->group.id != 0 && entry->group.id == goodbye.ended_group && entry->worker != goodbye.worker) continue;
    disband(entry->group, goodbye.worker);
    release(*entry);
    tasks.give_back(*entry);
  }
  workers.erase(found);
  roomy.erase(goodbye.worker);
}

void Scheduler::Core::on(const StopRequested&) {
  if (std::exchange(stopping, true)) return;
  for (const auto& [id, worker] : workers) answer.stop.push_back(id);
}

}  // namespace espalier::sched
