// Handles files that were lost, tasks that are given back, and tasks that nobody wants any more.
#include "sched/scheduler_core.hpp"

namespace espalier::sched {

void Scheduler::Core::on(const ArtifactLost& lost) {
  const auto found = workers.find(lost.worker);
  if (found != workers.end()) found->second.is_excused = true;
  for (const auto& [id, entry] : tasks.all()) {
    if (entry->resume == lost.artifact) {
      entry->resume = {};
      entry->resume_at = {};
    }
    if (entry->finished != lost.artifact) continue;
    const bool is_measured = entry->measure && !task::is_final(entry->state);
    tasks.lose_network(*entry);
    // It would have to be trained in its whole form again, which a new plan finds.
    if (is_measured) answer.relaunch = "the network of task " + id.brief() + " is lost, which was to be measured";
  }
}

void Scheduler::Core::on(const TasksGivenBack& given) {
  std::vector<Entry*> batch;
  for (const TaskId& id : given.tasks) {
    Entry* entry = tasks.find(id);
    if (!entry || entry->in_hand || entry->state == task::RunState::done) continue;
    tasks.revive(*entry);
    resting_.erase(entry);
    parked_.erase(entry);
    batch.push_back(entry);
  }
  tasks.settle(batch);
  abort_hopeless(batch);
}

void Scheduler::Core::on(const TasksCancelled& cancelled) {
  for (const TaskId& id : cancelled.tasks) {
    Entry* entry = tasks.find(id);
    if (!entry || task::is_final(entry->state)) continue;
    if (entry->in_hand) {
      for (const WorkerId worker : holders_of(*entry)) answer.cancel.push_back({worker, {entry->fence, id}});
      continue;
    }
    const Fence fence{options.segment, static_cast<std::uint32_t>(entry->attempts + 1)};
    finish(*entry, TaskEnded{fence, id, task::RunState::cancelled, "on request"});
  }
}

}  // namespace espalier::sched
