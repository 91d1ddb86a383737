#pragma once
// How much of a plan's work rules to stop may save, given the steps that trainings share.
#include <cstdint>
#include <vector>

#include "espalier/task/task.hpp"

namespace espalier::plan {

/// Of the trainings with a rule, and those that share steps with them. Epoch-images: training images times epochs,
/// those of shared steps once.
struct StoppingRange {
  std::int64_t trainings = 0;  ///< with a rule
  std::int64_t most = 0;       ///< epoch-images where every training goes on to its length
  std::int64_t least = 0;      ///< where every rule ends its training as early as it can
};

StoppingRange stopping_range(const std::vector<task::Task>& tasks);

}  // namespace espalier::plan
