// Adds up the steps of a family's stage tree, each at the cost of the slowest member's step.
#include "espalier/plan/stage_seconds.hpp"

#include <algorithm>

#include "espalier/task/stage_tree.hpp"

namespace espalier::plan {

double stage_seconds(const std::vector<const task::Task*>& family) {
  if (family.empty()) return 0;
  if (family.size() == 1) return family[0]->cost_s;
  std::vector<task::Trajectory> members;
  members.reserve(family.size());
  double step_s = 0, without_steps_s = 0;
  for (const task::Task* task : family) {
    const auto& spec = task::training(*task);
    members.push_back({&spec, task::Timeline(task->images, spec.batch, spec.length)});
    const auto steps = static_cast<double>(members.back().timeline.total_steps());
    if (steps == 0) without_steps_s += task->cost_s;  // it is drawn and measured
    else step_s = std::max(step_s, task->cost_s / steps);
  }
  return without_steps_s + step_s * static_cast<double>(task::steps_of(task::stage_tree(members)));
}

}  // namespace espalier::plan
