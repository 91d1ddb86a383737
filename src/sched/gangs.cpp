// Groups of workers: chooses members, foresees when enough are free, and disbands a group that lost one.
#include <algorithm>
#include <limits>

#include "sched/scheduler_core.hpp"

namespace espalier::sched {

/// The group size of the task's form, or all workers there are if these are fewer, so that it need not wait for ever.
std::size_t Scheduler::Core::group_size_of(const Entry& entry) const {
  const auto in_service = static_cast<std::size_t>(
      std::count_if(workers.begin(), workers.end(), [](const auto& one) { return one.second.in_service; }));
  const auto expected = static_cast<std::size_t>(std::max(0, options.workers));
  const std::size_t to_come = expected - std::min(expected, workers.size());
  return std::min(static_cast<std::size_t>(entry.task.form.workers), std::max<std::size_t>(1, in_service + to_come));
}

/// Gives the task to idle workers if there are enough; returns whether it did.
bool Scheduler::Core::assign_group(Entry& entry, Retry retry) {
  const std::size_t size = group_size_of(entry);
  std::vector<WorkerId> members;
  for (const WorkerId id : roomy) {
    const bool lost_here = retry == Retry::elsewhere && entry.lost_at == id;
    if (workers.at(id).in_hand.empty() && !lost_here) members.push_back(id);
    if (members.size() == size) break;
  }
  if (members.size() < size) return false;
  if (size < static_cast<std::size_t>(entry.task.form.workers)) {
    answer.warnings.push_back("tasks planned for groups of " + std::to_string(entry.task.form.workers) +
                              " workers are trained by " + std::to_string(size) +
                              ", which is all there are; last bits may differ.");
  }
  assign(members, bundle_of(entry, std::numeric_limits<double>::infinity()));
  return true;
}

/// When as many workers as the task needs are expected to be idle.
double Scheduler::Core::group_begins(const Entry& entry) const {
  std::vector<double> free;
  for (const auto& [id, worker] : workers) {
    if (worker.in_service) free.push_back(worker.in_hand.empty() ? now : std::max(now, worker.free_at));
  }
  const std::size_t size = group_size_of(entry);
  if (free.size() < size) return std::numeric_limits<double>::infinity();  // some workers have not said Hello yet
  std::nth_element(free.begin(), free.begin() + static_cast<std::ptrdiff_t>(size) - 1, free.end());
  return free[size - 1];
}

std::vector<WorkerId> Scheduler::Core::holders_of(const Entry& entry) const {
  return entry.group.id == 0 ? std::vector{entry.worker} : entry.group.members;
}

/// Has the agents of the other members kill their trainers, which would wait for ever for the lost one.
void Scheduler::Core::disband(const protocol::Group& group, WorkerId but) {
  for (const WorkerId id : group.members) {
    if (!(id == but) && workers.contains(id)) answer.disband.push_back({id, protocol::Disband{group.id}});
  }
}

}  // namespace espalier::sched
