#pragma once
// Chooses the numeric form of each task: the passes `features` and `fuse`.
#include <map>

#include "plan/cost_model.hpp"
#include "plan/task_table.hpp"

namespace espalier::plan {

/// How many of the first units can be computed once an image, and why not more.
struct Cut {
  std::int32_t units = 0;
  std::string refused;  ///< of a training with frozen units that are computed anew each time
};

/// Where it is exact: units frozen from the bottom up, no live dropout below the cut, no random crops.
Cut exact_cut(const task::TrainSpec& spec, const std::vector<network::UnitCost>& units);

/// Whether everything above the cut can be a lane of a batched network, and is small enough to gain by it.
bool can_fuse(const task::TrainSpec& spec, const network::NetworkSpec& network,
              const std::vector<network::UnitCost>& units, std::int32_t cached);

/// What finished tasks took, by key: costs, and with them those of all tasks, follow.
void learn_costs(TaskTable& tasks, const Outcomes& outcomes, CostModel& costs);

/// One task for each key that matters to the forms: as chosen, without lanes, without features.
std::vector<CostProbe> probes_of(const TaskTable& tasks);

/// Sets form and cost of every task. Returns the reasons of refusals with the number of tasks.
std::map<std::string, std::int64_t> choose_forms(TaskTable& tasks, const task::Catalog& catalog, const CostModel& costs,
                                                 const CompileOptions& options);

}  // namespace espalier::plan
