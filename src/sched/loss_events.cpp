// Handles lost trainers, unfit workers and silent agents; charges each loss to a task or to a worker.
#include <algorithm>
#include <cmath>
#include <utility>

#include "sched/scheduler_core.hpp"

namespace espalier::sched {

std::string describe(const protocol::TrainerFailure& failure) {
  return task::describe(failure.cause, failure.signal, failure.exit_code, failure.log_tail);
}

void Scheduler::Core::on(const protocol::TrainerFailure& failure) {
  const auto found = workers.find(failure.worker);
  if (found == workers.end()) return;
  found->second.heard = watched_s_;
  found->second.warm.clear();
  for (const auto& id : failure.unstarted) {
    Entry* entry = tasks.find(id);
    if (!entry || !entry->in_hand || entry->begun || !holds(failure.worker, *entry)) continue;
    disband(entry->group, failure.worker);
    release(*entry);
    tasks.give_back(*entry);
  }
  const auto begun = begun_of(failure);
  if (!begun.empty()) lose(begun, failure);
}

/// The tasks of the lost bundle that had begun; the others are given back. If the trainer said nothing before it was
/// lost, its first task counts as begun.
std::vector<Entry*> Scheduler::Core::begun_of(const protocol::TrainerFailure& failure) {
  std::vector<Entry*> all, begun;
  for (const auto& held : failure.in_hand) {
    if (Entry* entry = current(held.task, held.fence)) all.push_back(entry);
  }
  std::copy_if(all.begin(), all.end(), std::back_inserter(begun), [](const Entry* one) { return one->begun; });
  if (begun.empty() && !all.empty()) begun.push_back(all.front());
  for (Entry* entry : all) {
    if (std::find(begun.begin(), begun.end(), entry) != begun.end()) continue;
    release(*entry);
    tasks.give_back(*entry);
  }
  return begun;
}

void Scheduler::Core::lose(const std::vector<Entry*>& entries, const protocol::TrainerFailure& failure) {
  Worker& worker = workers[failure.worker];
  const bool by_machine = !is_charged(failure.culprit);
  const bool is_excused = std::exchange(worker.is_excused, false) && by_machine;
  protocol::TrainerFailure fact = failure;
  fact.in_hand.clear();
  for (Entry* entry : entries) {
    begin(*entry, entry->resume_at);  // lost before it reported: it would have resumed there
    if (entry == entries.front()) disband(entry->group, failure.worker);
    release(*entry);
    fact.in_hand.push_back({entry->task.id, entry->fence});
    // A task that another worker lost too says nothing about this worker.
    const bool news = entry->lost_at == WorkerId{} || entry->lost_at == failure.worker;
    if (!by_machine && news && entry == entries.front()) worker.lost.insert(entry->task.id);
    if (!is_excused) entry->lost_at = failure.worker;
  }
  if (by_machine && !is_excused) rest(worker);
  update_room(failure.worker, worker);
  const bool workers_fault = static_cast<std::int32_t>(worker.lost.size()) >= options.worker_budget ||
                             worker.machine_losses >= options.machine_budget;
  const bool charged = !stopping && !workers_fault && !by_machine;
  answer.facts.push_back(AttemptLost{fact, charged});
  for (Entry* entry : entries) {
    if (charged) ++entry->charged;
    if (by_machine && !is_excused && !stopping) rest(*entry, failure);
    else retry_or_quarantine(*entry, failure);
  }
  if (workers_fault && !stopping) judge(failure, worker);
}

void Scheduler::Core::retry_or_quarantine(Entry& entry, const protocol::TrainerFailure& failure) {
  if (entry.charged < options.crash_budget) return tasks.give_back(entry);
  // A newer fence than the attempt's, which the loss has ended.
  finish(entry, {{options.segment, static_cast<std::uint32_t>(entry.attempts + 1)},
                 entry.task.id,
                 task::RunState::quarantined,
                 "lost " + std::to_string(entry.charged) + " times, last: " + describe(failure)});
}

/// How long to wait after the nth loss by the machine's fault.
double Scheduler::Core::rest_s(std::int32_t losses) const {
  constexpr double kLongest_s = 60;
  return std::min(kLongest_s, options.first_rest_s * std::exp2(losses - 1));
}

void Scheduler::Core::rest(Worker& worker) { worker.rests_until = now + rest_s(++worker.machine_losses); }

/// A task that the machine could not do waits. One that it cannot do at all is left to a later launch, which tries it
/// once where memory was what it lacked: other machines may have more.
void Scheduler::Core::rest(Entry& entry, const protocol::TrainerFailure& failure) {
  tasks.rest(entry);
  entry.rests_until = now + rest_s(++entry.machine_losses);
  entry.memory_losses += failure.cause == task::FailureCause::out_of_memory;
  const bool is_parked = std::max(entry.machine_losses, entry.memory_losses) >= options.machine_budget;
  (is_parked ? parked_ : resting_).insert(&entry);
  if (is_parked) last_trouble_ = describe(failure);
}

/// Gives workers and tasks back that have rested.
void Scheduler::Core::wake() {
  for (auto& [id, worker] : workers) {
    if (worker.rests_until == 0 || now < worker.rests_until) continue;
    worker.rests_until = 0;
    update_room(id, worker);
  }
  std::erase_if(resting_, [&](Entry* entry) {
    if (entry->state == task::RunState::waiting && now < entry->rests_until) return false;
    if (entry->state == task::RunState::waiting) tasks.give_back(*entry);
    return true;
  });
}

/// A selection that is due may still add tasks between two ticks.
void Scheduler::Core::give_up_if_stuck() {
  std::erase_if(parked_, [](const Entry* entry) { return entry->state != task::RunState::waiting; });
  const bool is_idle =
      std::all_of(workers.begin(), workers.end(), [](const auto& one) { return one.second.in_hand.empty(); });
  const bool is_stuck = !parked_.empty() && is_idle && resting_.empty() && tasks.ready().empty();
  stuck_ticks_ = is_stuck ? stuck_ticks_ + 1 : 0;
  if (stuck_ticks_ < 2 || stopping) return;
  answer.give_up = "the machine could not do " + std::to_string(parked_.size()) + " of the tasks, each tried " +
                   std::to_string(options.machine_budget) +
                   " times in this launch or before; the last: " + last_trouble_ +
                   ". None is failed: the same command tries them again.";
}

void Scheduler::Core::judge(const protocol::TrainerFailure& last, Worker& worker) {
  worker.in_service = false;
  update_room(last.worker, worker);
  const std::string rank = std::to_string(last.worker.rank);
  answer.warnings.push_back("worker " + rank +
                            " loses its trainers without a success in between and gets no more tasks; " +
                            "the last: " + describe(last) + ".");
  for (const auto& [other, one] : workers) {
    if (one.in_service) return;
  }
  answer.give_up =
      "every worker loses its trainers, the last one: " + describe(last) + ". See logs/worker-" + rank + ".log";
}

void Scheduler::Core::on(const Tick&) {
  wake();
  give_up_if_stuck();
  // More was spent suspended, at a plan or in a sync: no message was taken meanwhile.
  watched_s_ += std::min(now - std::exchange(ticked_, now), options.longest_tick_s);
  for (const auto& [id, worker] : workers) {
    const double silent_s = watched_s_ - worker.heard;
    if (worker.in_hand.empty() || silent_s <= options.hang_s + options.agent_grace_s) continue;
    answer.relaunch = "agent " + std::to_string(id.rank) + " has not answered for " +
                      std::to_string(static_cast<int>(silent_s)) + " s";
  }
}

}  // namespace espalier::sched
