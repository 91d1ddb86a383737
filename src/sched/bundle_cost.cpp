// Sums a bundle's costs family by family over the stage tree of each.
#include "sched/bundle_cost.hpp"

#include <limits>

#include "espalier/plan/stage_seconds.hpp"

namespace espalier::sched {

double family_seconds(const std::vector<const Entry*>& members) {
  std::vector<const task::Task*> tasks;
  tasks.reserve(members.size());
  for (const Entry* entry : members) tasks.push_back(&entry->task);
  return plan::stage_seconds(tasks);
}

void BundleCost::add(const Entry& entry) { add_within(entry, std::numeric_limits<double>::infinity()); }

bool BundleCost::add_within(const Entry& entry, double limit_s) {
  if (entry.sharing.family == 0) {
    if (seconds_ + entry.task.cost_s > limit_s) return false;
    seconds_ += entry.task.cost_s;
    return true;
  }
  auto& [members, seconds] = families_[entry.sharing.family];
  members.push_back(&entry);
  const double grown = family_seconds(members);
  if (seconds_ + grown - seconds > limit_s) {
    members.pop_back();
    return false;
  }
  seconds_ += grown - seconds;
  seconds = grown;
  return true;
}

}  // namespace espalier::sched
