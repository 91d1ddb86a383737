#pragma once
// The order in which an epoch shows its images.
#include <cstdint>
#include <vector>

#include "espalier/train/training.hpp"

namespace espalier::train {

/// Positions among the job's training images.
std::vector<std::int32_t> order_of_epoch(const Job& job, std::int32_t epoch);

}  // namespace espalier::train
