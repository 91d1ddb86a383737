#include "sched/task_queue.hpp"

#include <algorithm>

#include "espalier/core/checks.hpp"

namespace espalier::sched {

using plan::RunState;

bool is_end(RunState state) {
  return state != RunState::waiting && state != RunState::ready && state != RunState::running;
}

bool TaskQueue::serves(const Entry& source) const {
  return source.state == RunState::done && (!networks_wanted_ || !source.finished.empty());
}

Entry* TaskQueue::add(const AddedTask& added) {
  auto& slot = entries_[added.task.id];
  if (slot) {  // asked to record more: in time unless it is worked on or has ended
    if (!slot->in_hand && !is_end(slot->state)) slot->task.record = added.task.record;
    return nullptr;
  }
  slot = std::make_unique<Entry>();
  Entry& entry = *slot;
  entry.task = added.task;
  entry.index = static_cast<std::int64_t>(entries_.size());
  entry.path_s = added.task.cost_s;
  entry.attempts = added.history.attempts;
  entry.charged = added.history.charged;
  entry.resume = added.history.resume;
  entry.resume_at = added.history.resume_at;
  entry.finished = added.history.finished;
  if (is_end(added.history.state)) entry.state = added.history.state;
  else ++live_;
  for (const auto& need : added.task.needs) {
    Entry* source = find(need);
    ESPALIER_EXPECT(source != nullptr && source != &entry);
    entry.sources.push_back(source);
    source->dependents.push_back(&entry);
  }
  return &entry;
}

void TaskQueue::settle(const std::vector<Entry*>& batch) {
  for (auto entry = batch.rbegin(); entry != batch.rend(); ++entry) {
    if (is_end((*entry)->state)) continue;
    for (Entry* source : (*entry)->sources) reopen(*source);
  }
  for (Entry* entry : batch) {
    if (is_end(entry->state)) continue;
    entry->missing = static_cast<std::int32_t>(
        std::count_if(entry->sources.begin(), entry->sources.end(), [&](Entry* one) { return !serves(*one); }));
    if (entry->missing == 0) give_back(*entry);
  }
  for (auto entry = batch.rbegin(); entry != batch.rend(); ++entry) {
    if (is_end((*entry)->state)) continue;
    for (Entry* source : (*entry)->sources) raise(*source, source->task.cost_s + (*entry)->path_s);
  }
}

/// A done task whose network was not kept, and is wanted now, is worked on again.
void TaskQueue::reopen(Entry& entry) {
  if (entry.state != RunState::done || serves(entry)) return;
  entry.state = RunState::waiting;
  ++live_;
  for (Entry* source : entry.sources) reopen(*source);
  entry.missing = static_cast<std::int32_t>(
      std::count_if(entry.sources.begin(), entry.sources.end(), [&](Entry* one) { return !serves(*one); }));
  if (entry.missing == 0) give_back(entry);
}

void TaskQueue::raise(Entry& entry, double path_s) {
  if (path_s <= entry.path_s) return;
  const bool was_ready = ready_.erase(&entry) > 0;
  entry.path_s = path_s;
  if (was_ready) ready_.insert(&entry);
  for (Entry* source : entry.sources) raise(*source, source->task.cost_s + path_s);
}

Entry* TaskQueue::find(const TaskId& id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : found->second.get();
}

Entry* TaskQueue::pick(WorkerId worker, Retry retry) const {
  for (Entry* entry : ready_) {
    if (retry == Retry::anywhere || entry->lost_at != worker) return entry;
  }
  return nullptr;
}

void TaskQueue::take(Entry& entry) {
  ready_.erase(&entry);
  entry.state = RunState::running;
}

void TaskQueue::give_back(Entry& entry) {
  entry.state = RunState::ready;
  entry.in_hand = entry.begun = false;
  ready_.insert(&entry);
}

std::vector<Entry*> TaskQueue::doomed(Entry& entry) const {
  std::vector<Entry*> list;
  for (Entry* dependent : entry.dependents) {
    if (!is_end(dependent->state)) list.push_back(dependent);
  }
  return list;
}

std::vector<Entry*> TaskQueue::end(Entry& entry, RunState state) {
  ESPALIER_EXPECT(is_end(state) && !is_end(entry.state));
  ready_.erase(&entry);
  entry.state = state;
  entry.in_hand = entry.begun = false;
  --live_;
  if (!serves(entry)) return doomed(entry);
  for (Entry* dependent : entry.dependents) {
    if (dependent->state == RunState::waiting && --dependent->missing == 0) give_back(*dependent);
  }
  return {};
}

}  // namespace espalier::sched
