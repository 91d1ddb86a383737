#pragma once
// Checks the label sets by which tables and figures join the classes of runs.
#include "espalier/plan/plan.hpp"
#include "plan/findings.hpp"

namespace espalier::plan {

/// Refuses label sets that cannot join the classes of the runs that a coarse-fine table or figure names, and warns of
/// classes that one leaves out. Runs that wait for a selection are not looked at.
void check_coarse_classes(const study::Study& study, const Facts& facts, const Plan& plan, Findings& findings);

}  // namespace espalier::plan
