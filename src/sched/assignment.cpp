// Chooses which ready tasks go to which worker, and which tasks form a bundle.
#include <algorithm>
#include <limits>

#include "sched/bundle_cost.hpp"
#include "sched/scheduler_core.hpp"

namespace espalier::sched {

namespace {

constexpr std::size_t kMostInBundle = 128;
constexpr std::size_t kWarmFeatures = 4;
constexpr double kNearlyAsLong = 0.8;  ///< of the longest path: taken before it where its features are at hand

/// Whether a task was lost with its trainer before. It is then tried alone: its neighbours are not charged again, and
/// less memory is needed.
bool is_suspect(const Entry& entry) { return entry.charged > 0 || entry.machine_losses > 0; }

}  // namespace

/// Whether the worker may get another bundle. An idle worker always may. A busy one may only if its bundles are known
/// to be so short that waiting for the agent's next poll would cost noticeable time; a long bundle is never queued
/// behind another, because another worker may be free first.
bool Scheduler::Core::has_room(const Worker& worker, double cost_s) const {
  if (worker.in_hand.empty()) return true;
  if (worker.in_hand.size() >= static_cast<std::size_t>(options.window_tasks)) return false;
  if (cost_s > 0 && !seconds_per_cost) return false;
  return worker.load_s + expected_s(cost_s) <= options.window_s;
}

/// The most work in seconds that the worker may be given: unlimited if idle, else only what is short.
double Scheduler::Core::room_s(const Worker& worker) const {
  if (worker.in_hand.empty()) return std::numeric_limits<double>::infinity();
  return (options.window_s - worker.load_s) / seconds_per_cost.value_or(1);
}

void Scheduler::Core::update_room(WorkerId id, const Worker& worker) {
  const bool room = worker.in_hand.empty() || (worker.load_s < options.window_s &&
                                               worker.in_hand.size() < static_cast<std::size_t>(options.window_tasks));
  if (worker.in_service && now >= worker.rests_until && room) roomy.insert(id);
  else roomy.erase(id);
}

/// The ready task with the longest path; a task of nearly that length goes first if the worker holds its features.
Entry* Scheduler::Core::pick(WorkerId id, const Worker& worker, Retry retry) const {
  Entry* top = tasks.pick(id, retry);
  if (!top || top->sharing.features == 0) return top;
  for (const auto features : worker.warm) {
    Entry* near = tasks.pick_with_features(features);
    if (near && near->path_s >= kNearlyAsLong * top->path_s) return near;
  }
  return top;
}

/// The most work in seconds that one worker should get, so that all workers are busy to the end.
double Scheduler::Core::fair_share_s() const {
  const auto expected = static_cast<std::size_t>(std::max(1, options.workers));
  return tasks.ready_cost_s() / static_cast<double>(std::max(expected, workers.size()));
}

/// A bundle of `first`, tasks that share stages with it, and tasks that can be replicas of the same network.
PickedBundle Scheduler::Core::bundle_of(Entry& first, double room_s) const {
  PickedBundle bundle{{&first}, first.task.cost_s};
  if (is_suspect(first) || first.sharing == task::Sharing{}) return bundle;
  const double limit = std::min(fair_share_s(), room_s);
  if (limit <= first.task.cost_s) return bundle;
  BundleCost cost;
  cost.add(first);
  const auto add_from = [&](const ReadyTasks& companions) {
    for (Entry* entry : companions) {
      if (bundle.tasks.size() >= kMostInBundle) break;
      // The planner has checked that one set of features fits the memory.
      if (is_suspect(*entry) || entry->sharing.features != first.sharing.features) continue;
      const bool known = std::find(bundle.tasks.begin(), bundle.tasks.end(), entry) != bundle.tasks.end();
      if (!known && cost.add_within(*entry, limit)) bundle.tasks.push_back(entry);
    }
  };
  add_from(tasks.family_of(first));
  add_from(tasks.replicas_of(first));
  bundle.cost_s = cost.seconds();
  return bundle;
}

protocol::TaskAssignment Scheduler::Core::assignment_for(const std::vector<WorkerId>& to, Entry& entry) {
  tasks.take(entry);
  entry.in_hand = true;
  entry.worker = to.front();
  entry.fence = {options.segment, static_cast<std::uint32_t>(++entry.attempts)};
  for (const WorkerId id : to) workers.at(id).in_hand.insert(&entry);
  protocol::TaskAssignment assignment{entry.fence, entry.task, {}, entry.resume, {}};
  if (entry.measure) assignment.finished = entry.finished;
  for (const Entry* source : entry.sources) assignment.sources[source->task.id] = source->finished;
  return assignment;
}

/// Gives the bundle to one worker, or to all members of a group, the first of which leads.
void Scheduler::Core::assign(const std::vector<WorkerId>& to, const PickedBundle& bundle) {
  double alone_s = 0;
  for (const Entry* entry : bundle.tasks) alone_s += entry->task.cost_s;
  Dispatch dispatch{to.front(), {}, bundle.cost_s};
  if (to.size() > 1) dispatch.bundle.group = {++groups_, to};
  dispatch.bundle.tasks.reserve(bundle.tasks.size());
  for (const WorkerId id : to) {
    if (workers.at(id).in_hand.empty()) workers.at(id).heard = watched_s_;
  }
  for (Entry* entry : bundle.tasks) {
    entry->share_s = alone_s > 0 ? bundle.cost_s * entry->task.cost_s / alone_s : 0;
    entry->load_s = expected_s(entry->share_s);
    entry->group = dispatch.bundle.group;
    dispatch.bundle.tasks.push_back(assignment_for(to, *entry));
  }
  for (const WorkerId id : to) {
    Worker& worker = workers.at(id);
    worker.load_s += expected_s(bundle.cost_s);
    worker.free_at = std::max(now, worker.free_at) + expected_s(bundle.cost_s);
    if (const auto features = bundle.tasks.front()->sharing.features) {
      std::erase(worker.warm, features);
      worker.warm.push_front(features);
      if (worker.warm.size() > kWarmFeatures) worker.warm.pop_back();
    }
    update_room(id, worker);
  }
  answer.dispatches.push_back(std::move(dispatch));
}

/// Gives the worker a bundle if there is one for it; returns whether it did.
bool Scheduler::Core::assign_to(WorkerId id, Retry retry) {
  Worker& worker = workers.at(id);
  Entry* entry = pick(id, worker, retry);
  double room = room_s(worker);
  if (entry && entry->task.form.workers > 1) {
    if (assign_group(*entry, retry)) return true;
    // The next free workers belong to the group; until then this one may do work that ends in time.
    room = std::min(room, (group_begins(*entry) - now) / seconds_per_cost.value_or(1));
    entry = tasks.pick_short(id, retry, room);
  }
  if (!entry) return false;
  if (!has_room(worker, entry->task.cost_s)) {
    roomy.erase(id);  // until one of its tasks ends: thousands of workers are not asked at every event
    return false;
  }
  assign({id}, bundle_of(*entry, room));
  return true;
}

/// Gives at most one bundle to each worker, so that short queues fill evenly.
bool Scheduler::Core::assign_round(Retry retry) {
  bool gave = false;
  const std::vector<WorkerId> candidates(roomy.begin(), roomy.end());
  for (const auto id : candidates) {
    if (tasks.ready().empty()) break;
    if (roomy.contains(id)) gave = assign_to(id, retry) || gave;  // a group may have taken the worker meanwhile
  }
  return gave;
}

/// Gives out all work. A lost task returns to the worker that lost it only when no other worker has room.
void Scheduler::Core::assign_all() {
  if (stopping || tasks.ready().empty()) return;
  while (assign_round(Retry::elsewhere) || assign_round(Retry::anywhere)) {
  }
}

void Scheduler::Core::release(Entry& entry) {
  for (const WorkerId id : holders_of(entry)) {
    const auto found = workers.find(id);
    if (found == workers.end()) continue;
    Worker& worker = found->second;
    worker.in_hand.erase(&entry);
    worker.load_s = worker.in_hand.empty() ? 0 : std::max(0.0, worker.load_s - entry.load_s);
    if (worker.in_hand.empty()) worker.free_at = now;
    update_room(id, worker);
  }
  entry.in_hand = false;
  entry.group = {};
}

}  // namespace espalier::sched
