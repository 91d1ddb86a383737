#pragma once
// Results made up for a task, so that simulated selections have something to choose from.
#include "espalier/plan/plan.hpp"

namespace espalier::cli {

/// Done, with a row for each evaluation that has a value of every metric; equal for equal ids.
plan::TaskOutcome invented_outcome(const task::Task& task);

}  // namespace espalier::cli
