#pragma once
// Runs a plan through the scheduler in virtual time, with made-up results for its selections.
#include "espalier/plan/plan.hpp"
#include "espalier/sched/simulate.hpp"
#include "espalier/session/study_input.hpp"

namespace espalier::cli {

/// `plan`: what `compile` makes of the study while nothing is done. Its tasks and runs are gone afterwards.
sched::Simulated simulate_plan(const session::StudyInput& input, const plan::CompileOptions& compile, plan::Plan& plan,
                               const sched::SimulateOptions& how);

}  // namespace espalier::cli
