#pragma once
// Removes from a spec what cannot change its result, so that equal trainings have equal ids.
#include "espalier/network/networks.hpp"
#include "espalier/task/task.hpp"

namespace espalier::plan {

/// Rates of frozen units, SGD's momentum under Adam, seeds of streams nothing draws from, the dropout of frozen units
/// where they have none. Changes of rates after the end never enter a spec (rate_points).
void canonicalise(task::TrainSpec& spec, const std::vector<network::UnitCost>& units);

}  // namespace espalier::plan
