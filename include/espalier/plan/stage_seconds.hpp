#pragma once
// Estimates how long trainings take that share their common first steps.
#include <vector>

#include "espalier/task/task.hpp"

namespace espalier::plan {

/// Seconds that these trainings of one family (task/sharing.hpp) take on one worker, with shared steps counted once.
double stage_seconds(const std::vector<const task::Task*>& family);

}  // namespace espalier::plan
