#include "sched/bundle_cost.hpp"

#include <algorithm>

#include "espalier/task/stage_tree.hpp"

namespace espalier::sched {

double BundleCost::family_s(const std::vector<const Entry*>& family) {
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

void BundleCost::add(const std::vector<Entry*>& entries) {
  std::map<std::uint64_t, double> before;
  for (const Entry* entry : entries) {
    if (entry->sharing.family == 0) {
      seconds_ += entry->task.cost_s;
      continue;
    }
    auto& family = families_[entry->sharing.family];
    before.try_emplace(entry->sharing.family, family_s(family));
    family.push_back(entry);
  }
  for (const auto& [key, seconds] : before) seconds_ += family_s(families_[key]) - seconds;
}

std::vector<Entry*> BundleCost::fitting(const std::vector<Entry*>& more, double limit_s) {
  BundleCost all = *this;
  all.add(more);
  if (all.seconds_ <= limit_s) {
    *this = std::move(all);
    return more;
  }
  std::vector<Entry*> fit;
  for (Entry* entry : more) {
    BundleCost with = *this;
    with.add({entry});
    if (with.seconds_ > limit_s) continue;
    *this = std::move(with);
    fit.push_back(entry);
  }
  return fit;
}

}  // namespace espalier::sched
