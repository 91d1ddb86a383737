// Keeps tasks' states, priorities and ready sets as they are added, given out, returned and ended.
#include "sched/task_queue.hpp"

#include <algorithm>
#include <utility>

#include "espalier/core/checks.hpp"

namespace espalier::sched {

bool TaskQueue::serves(const Entry& source) const {
  return source.state == task::RunState::done && (!networks_wanted_ || !source.finished.empty());
}

Entry* TaskQueue::add(AddedTask added) {
  auto& slot = entries_[added.task.id];
  if (slot) {  // of what has ended it counts where a network is needed that was not kept
    if (slot->in_hand) slot->wider = std::move(added.task.record);
    else slot->task.record = std::move(added.task.record);
    return nullptr;
  }
  slot = std::make_unique<Entry>();
  Entry& entry = *slot;
  entry.task = std::move(added.task);
  entry.sharing = added.sharing;
  entry.index = static_cast<std::int64_t>(entries_.size());
  entry.path_s = entry.task.cost_s;
  entry.attempts = added.history.attempts;
  entry.charged = added.history.charged;
  entry.memory_losses = added.history.memory_losses;
  entry.resume = added.history.resume;
  entry.resume_at = added.history.resume_at;
  entry.finished = added.history.finished;
  entry.measure = added.history.measure;
  if (task::is_final(added.history.state)) entry.state = added.history.state;
  else ++live_;
  for (const auto& input : entry.task.inputs) {
    Entry* source = find(input.task);
    ESPALIER_EXPECT(source != nullptr && source != &entry);
    entry.sources.push_back(source);
    source->dependents.push_back(&entry);
  }
  return &entry;
}

void TaskQueue::settle(const std::vector<Entry*>& batch) {
  for (auto entry = batch.rbegin(); entry != batch.rend(); ++entry) {
    if (task::is_final((*entry)->state)) continue;
    for (Entry* source : (*entry)->sources) reopen(*source);
  }
  for (Entry* entry : batch) {
    if (task::is_final(entry->state)) continue;
    count_missing(*entry);
    if (entry->missing == 0) give_back(*entry);
  }
  for (auto entry = batch.rbegin(); entry != batch.rend(); ++entry) {
    if (task::is_final((*entry)->state)) continue;
    for (Entry* source : (*entry)->sources) raise(*source, source->task.cost_s + (*entry)->path_s);
  }
}

/// Makes a done task ready again whose network is needed now but was not kept.
void TaskQueue::reopen(Entry& entry) {
  if (entry.state != task::RunState::done || serves(entry)) return;
  entry.state = task::RunState::waiting;
  ++live_;
  for (Entry* source : entry.sources) reopen(*source);
  count_missing(entry);
  if (entry.missing == 0) give_back(entry);
}

void TaskQueue::count_missing(Entry& entry) const {
  entry.missing = static_cast<std::int32_t>(
      std::count_if(entry.sources.begin(), entry.sources.end(), [&](Entry* one) { return !serves(*one); }));
}

void TaskQueue::lose_network(Entry& entry) {
  entry.finished = {};
  if (!networks_wanted_ || entry.state != task::RunState::done) return;
  bool is_wanted = false;
  for (Entry* dependent : entry.dependents) {
    if (task::is_final(dependent->state)) continue;
    is_wanted = true;
    erase_ready(*dependent);
    count_missing(*dependent);
    if (dependent->state == task::RunState::ready) dependent->state = task::RunState::waiting;
  }
  if (is_wanted) reopen(entry);
}

void TaskQueue::revive(Entry& entry) {
  entry.machine_losses = entry.memory_losses = 0;
  entry.rests_until = 0;
  if (!task::is_final(entry.state) || entry.state == task::RunState::done) return;
  entry.state = task::RunState::waiting;
  entry.charged = 0;
  entry.lost_at = {};
  ++live_;
}

void TaskQueue::raise(Entry& entry, double path_s) {
  if (path_s <= entry.path_s) return;
  const bool was_ready = erase_ready(entry);
  entry.path_s = path_s;
  if (was_ready) insert_ready(entry);
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

Entry* TaskQueue::pick_short(WorkerId worker, Retry retry, double seconds) const {
  constexpr int kLooks = 256;
  int looks = 0;
  for (Entry* entry : ready_) {
    if (++looks > kLooks) break;
    const bool fits = entry->task.form.workers == 1 && entry->task.cost_s <= seconds;
    if (fits && (retry == Retry::anywhere || entry->lost_at != worker)) return entry;
  }
  return nullptr;
}

Entry* TaskQueue::pick_with_features(std::uint64_t features) const {
  for (Entry* entry : group(by_features_, features)) {
    if (entry->lost_at == WorkerId{}) return entry;
  }
  return nullptr;
}

const ReadyTasks& TaskQueue::group(const Groups& groups, std::uint64_t key) {
  static const ReadyTasks kNone;
  const auto found = groups.find(key);
  return found == groups.end() ? kNone : found->second;
}

void TaskQueue::insert_ready(Entry& entry) {
  if (!ready_.insert(&entry).second) return;
  ready_cost_s_ += entry.task.cost_s;
  const auto& [family, features, replicas] = entry.sharing;
  if (family) by_family_[family].insert(&entry);
  if (features) by_features_[features].insert(&entry);
  if (replicas) by_replicas_[replicas].insert(&entry);
}

bool TaskQueue::erase_ready(Entry& entry) {
  if (ready_.erase(&entry) == 0) return false;
  ready_cost_s_ -= entry.task.cost_s;
  const auto leave = [&](Groups& groups, std::uint64_t key) {
    const auto found = groups.find(key);
    if (found == groups.end()) return;
    found->second.erase(&entry);
    if (found->second.empty()) groups.erase(found);
  };
  leave(by_family_, entry.sharing.family);
  leave(by_features_, entry.sharing.features);
  leave(by_replicas_, entry.sharing.replicas);
  return true;
}

void TaskQueue::take(Entry& entry) {
  erase_ready(entry);
  entry.state = task::RunState::running;
}

void TaskQueue::give_back(Entry& entry) {
  entry.in_hand = entry.begun = false;
  entry.state = entry.missing > 0 ? task::RunState::waiting : task::RunState::ready;
  if (entry.missing == 0) insert_ready(entry);
}

void TaskQueue::rest(Entry& entry) {
  entry.in_hand = entry.begun = false;
  entry.state = task::RunState::waiting;
}

std::vector<Entry*> TaskQueue::doomed(Entry& entry) const {
  std::vector<Entry*> list;
  for (Entry* dependent : entry.dependents) {
    if (!task::is_final(dependent->state)) list.push_back(dependent);
  }
  return list;
}

std::vector<Entry*> TaskQueue::end(Entry& entry, task::RunState state) {
  ESPALIER_EXPECT(task::is_final(state) && !task::is_final(entry.state));
  erase_ready(entry);
  entry.resume = {};  // nothing refers to it any more
  entry.resume_at = {};
  entry.state = state;
  entry.in_hand = entry.begun = false;
  --live_;
  if (!serves(entry)) {
    if (state != task::RunState::done || !entry.wider || doomed(entry).empty()) return doomed(entry);
    entry.task.record = *std::exchange(entry.wider, std::nullopt);
    reopen(entry);
    return {};
  }
  for (Entry* dependent : entry.dependents) {
    if (task::is_final(dependent->state) || dependent->missing == 0) continue;
    --dependent->missing;
    if (dependent->missing == 0 && dependent->state == task::RunState::waiting) give_back(*dependent);
  }
  return {};
}

}  // namespace espalier::sched
