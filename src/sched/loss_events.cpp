// What goes wrong: trainers are lost, workers are no good, agents fall silent. Charged by cause.
#include "sched/scheduler_core.hpp"

namespace espalier::sched {

using plan::RunState;

std::string describe(const TrainerLost& lost) {
  if (lost.cause == LossCause::hung) return "trainer hung";
  if (lost.cause == LossCause::out_of_memory) return "trainer ran out of memory";
  if (lost.signal != 0) return "trainer killed by signal " + std::to_string(lost.signal);
  return "trainer left with exit code " + std::to_string(lost.exit_code);
}

void Scheduler::Core::on(const TrainerLost& lost) {
  const auto found = workers.find(lost.worker);
  if (found == workers.end()) return;
  found->second.heard = now;
  for (const auto& id : lost.unstarted) {
    Entry* entry = tasks.find(id);
    if (!entry || !entry->in_hand || entry->begun || entry->worker != lost.worker) continue;
    release(*entry);
    tasks.give_back(*entry);
  }
  if (lost.in_hand.empty()) return;
  if (Entry* entry = current(lost.in_hand, lost.fence)) lose(*entry, lost);
}

void Scheduler::Core::lose(Entry& entry, const TrainerLost& lost) {
  Worker& worker = worker_of(entry);
  begin(entry, {});
  release(entry);
  // A task that others have lost too says nothing about this worker.
  if (entry.lost_at == WorkerId{} || entry.lost_at == lost.worker) worker.lost.insert(entry.task.id);
  const bool workers_fault = worker.lost.size() >= static_cast<std::size_t>(options.worker_budget);
  const bool charged = !stopping && !workers_fault;
  entry.lost_at = lost.worker;
  if (charged) ++entry.charged;
  answer.facts.push_back(AttemptLost{lost, charged});
  if (entry.charged >= options.crash_budget) {
    finish(entry, {entry.fence, entry.task.id, RunState::quarantined,
                   "lost " + std::to_string(entry.charged) + " times, last: " + describe(lost)});
  } else {
    tasks.give_back(entry);
  }
  if (workers_fault && !stopping) judge(lost.worker, worker);
}

void Scheduler::Core::judge(WorkerId id, Worker& worker) {
  worker.in_service = false;
  answer.warnings.push_back("worker " + std::to_string(id.rank) + " lost " + std::to_string(worker.lost.size()) +
                            " different tasks without a success and gets no more.");
  for (const auto& [other, one] : workers) {
    if (one.in_service) return;
  }
  answer.give_up = "every worker loses its trainers. See logs/worker-" + std::to_string(id.rank) + ".log";
}

void Scheduler::Core::on(const Tick&) {
  for (const auto& [id, worker] : workers) {
    if (worker.in_hand.empty() || now - worker.heard <= options.hang_s + options.agent_grace_s) continue;
    answer.relaunch = "agent " + std::to_string(id.rank) + " has not answered for " +
                      std::to_string(static_cast<int>(now - worker.heard)) + " s";
  }
}

}  // namespace espalier::sched
