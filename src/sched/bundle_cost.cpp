// Sums a bundle's costs family by family over the stage tree of each.
#include "sched/bundle_cost.hpp"

#include <algorithm>
#include <limits>

#include "espalier/task/stage_tree.hpp"

namespace espalier::sched {

double family_seconds(const std::vector<const Entry*>& members) {
  if (members.empty()) return 0;
  if (members.size() == 1) return members[0]->task.cost_s;
  std::vector<task::Trajectory> family;
  family.reserve(members.size());
  double step_s = 0;
  for (const Entry* entry : members) {
    const auto& task = entry->task;
    const auto& spec = task::training(task);
    family.push_back({&spec, task::Timeline(task.images, spec.batch, spec.length)});
    const auto steps = static_cast<double>(std::max<std::int64_t>(1, family.back().timeline.total_steps()));
    step_s = std::max(step_s, task.cost_s / steps);
  }
  return step_s * static_cast<double>(task::steps_of(task::stage_tree(family)));
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
