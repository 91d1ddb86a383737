#include "sched/bundle_cost.hpp"

#include <algorithm>

#include "espalier/task/stage_tree.hpp"

namespace espalier::sched {

double BundleCost::family_s(const std::vector<const Entry*>& family) const {
  if (family.empty()) return 0;
  if (family.size() == 1) return family[0]->task.cost_s;
  std::vector<task::Trajectory> members;
  double step_s = 0;
  for (const Entry* entry : family) {
    const auto& task = entry->task;
    members.push_back({&task.train, task::Timeline(task.images, task.train.batch, task.train.length)});
    const auto steps = static_cast<double>(std::max<std::int64_t>(1, members.back().timeline.total_steps()));
    step_s = std::max(step_s, task.cost_s / steps);
  }
  return step_s * static_cast<double>(task::steps_of(task::stage_tree(members)));
}

double BundleCost::with(const Entry& entry) const {
  const auto known = families_.find(entry.sharing.family);
  if (entry.sharing.family == 0 || known == families_.end()) return seconds_ + entry.task.cost_s;
  auto family = known->second;
  const double before = family_s(family);
  family.push_back(&entry);
  return seconds_ - before + family_s(family);
}

void BundleCost::add(const Entry& entry) {
  seconds_ = with(entry);
  if (entry.sharing.family != 0) families_[entry.sharing.family].push_back(&entry);
}

}  // namespace espalier::sched
