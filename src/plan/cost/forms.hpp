#pragma once
// Chooses the numeric form of each task: the passes `features` and `replicas`.
#include <map>

#include "plan/cost/cost_model.hpp"
#include "plan/task_table.hpp"

namespace espalier::plan {

/// How many of the first units can be computed once per image, and why not more.
struct Cut {
  std::int32_t units = 0;
  std::string refused;  ///< why frozen units are computed anew each time
};

/// The cut that is exact: units frozen from the first on, no active dropout below it, no random crops.
Cut exact_cut(const task::TrainSpec& spec, const std::vector<network::UnitCost>& units);

/// Whether everything above the cut can be a replica of a batched network, and is small enough to gain from it.
bool can_be_replica(const task::TrainSpec& spec, const network::NetworkSpec& network,
                    const std::vector<network::UnitCost>& units, std::int32_t cached);

/// Corrects the costs by the times of finished tasks, by key, and updates the costs of all tasks.
void learn_costs(TaskTable& tasks, const Outcomes& outcomes, CostModel& costs);

/// One task per key that can be chosen: in the chosen form, without replicas, without features.
std::vector<CostProbe> probes_of(const TaskTable& tasks);

/// Sets form and cost of every task. Returns each reason for leaving tasks alone with their number.
std::map<std::string, std::int64_t> choose_forms(TaskTable& tasks, const task::Catalog& catalog, const CostModel& costs,
                                                 const CompileOptions& options);

/// Gives each probe the cached units of trainings whose features it can share, and its estimated seconds. Call when
/// trainings have their forms.
void choose_probe_forms(TaskTable& tasks, const CompileOptions& options);

/// Names the outputs of a probe's first units for the images that it measures: equal ones are computed once.
std::string features_key(const Probe& probe, std::int32_t units);

/// Memory that a worker needs for a probe of features: the features, and a classifier's copy of those it is fitted to.
/// An upper bound; 0 for other probes.
std::int64_t features_bytes(const Probe& probe);

}  // namespace espalier::plan
