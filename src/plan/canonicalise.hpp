#pragma once
// Removes from a spec what cannot change its result, so that equal trainings have equal ids.
#include "espalier/network/networks.hpp"
#include "espalier/task/task.hpp"

namespace espalier::plan {

/// Clears the rates of frozen units, SGD's momentum under Adam, seeds of streams that nothing draws from, and the
/// dropout mode of frozen units without dropout. Changes of rates after the end never enter a spec (see rate_points).
void canonicalise(task::TrainSpec& spec, const std::vector<network::UnitCost>& units);

}  // namespace espalier::plan
