#pragma once
// Counts the multiply-adds of one image through a network that is trained: what costs are compared by.
#include <cstdint>
#include <vector>

#include "espalier/network/networks.hpp"
#include "espalier/task/task.hpp"

namespace espalier::plan {

/// Forward multiply-adds of the units behind the first `after`, per image.
double forward_multiply_adds(const std::vector<network::UnitCost>& units, std::int32_t after = 0);
/// Backward multiply-adds per training image: for the parameters of trained units, and for the values of all units
/// above the lowest trained one.
double backward_multiply_adds(const task::TrainSpec& spec, const std::vector<network::UnitCost>& units);

}  // namespace espalier::plan
