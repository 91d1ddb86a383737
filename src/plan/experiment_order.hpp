#pragma once
// Orders experiments so that those a selection chooses from are planned before those that take from it.
#include <vector>

#include "espalier/study/study.hpp"
#include "plan/findings.hpp"

namespace espalier::plan {

/// Indices into study.experiments. An unknown experiment or a circle is reported and gives an empty order.
std::vector<std::size_t> planning_order(const study::Study& study, Findings& findings);

/// All takes of an experiment, its cases' too.
std::vector<const study::Take*> takes_of(const study::Experiment& experiment);

}  // namespace espalier::plan
