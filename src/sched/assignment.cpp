// Who gets what next.
#include <algorithm>

#include "sched/scheduler_core.hpp"

namespace espalier::sched {

double Scheduler::Core::expected_s(const Entry& entry) const {
  return entry.task.cost_s * seconds_per_cost.value_or(1);
}

/// One task in hand always; more only where they are known to be so short that a nap of the agent would be felt.
/// A long task is never queued behind another: a neighbour may be free first.
bool Scheduler::Core::has_room(const Worker& worker, const Entry& entry) const {
  if (worker.in_hand.empty()) return true;
  if (worker.in_hand.size() >= static_cast<std::size_t>(options.window_tasks)) return false;
  if (entry.task.cost_s > 0 && !seconds_per_cost) return false;
  return worker.load_s + expected_s(entry) <= options.window_s;
}

void Scheduler::Core::assign(WorkerId id, Worker& worker, Entry& entry) {
  tasks.take(entry);
  entry.in_hand = true;
  entry.worker = id;
  entry.fence = {options.segment, static_cast<std::uint32_t>(++entry.attempts)};
  if (worker.in_hand.empty()) worker.heard = now;
  worker.in_hand.insert(&entry);
  worker.load_s += expected_s(entry);
  Assign assign{entry.fence, entry.task, {}, entry.resume};
  for (const Entry* source : entry.sources) assign.sources[source->task.id] = source->finished;
  answer.orders.push_back({id, std::move(assign)});
}

/// One task a worker at most, so that short queues fill evenly.
bool Scheduler::Core::assign_round(Retry retry) {
  bool gave = false;
  for (auto& [id, worker] : workers) {
    if (!worker.in_service) continue;
    Entry* entry = tasks.pick(id, retry);
    if (!entry || !has_room(worker, *entry)) continue;
    assign(id, worker, *entry);
    gave = true;
  }
  return gave;
}

/// A lost task goes back to the worker that lost it only when nobody else has room.
void Scheduler::Core::assign_all() {
  while (!stopping && (assign_round(Retry::elsewhere) || assign_round(Retry::anywhere))) {
  }
}

void Scheduler::Core::release(Entry& entry) {
  Worker& worker = worker_of(entry);
  worker.in_hand.erase(&entry);
  worker.load_s = worker.in_hand.empty() ? 0 : std::max(0.0, worker.load_s - expected_s(entry));
  entry.in_hand = false;
}

}  // namespace espalier::sched
