#pragma once
// The order in which an epoch shows its images.
#include <cstdint>
#include <vector>

#include "espalier/train/training.hpp"

namespace espalier::train {

/// Positions in the job's training images, in the order in which the epoch shows them.
std::vector<std::int32_t> order_of_epoch(const Job& job, std::int32_t epoch);

}  // namespace espalier::train
