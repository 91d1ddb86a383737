#pragma once
// Orders experiments so that those whose runs another needs (selections, `start`, `units_from`) are planned before it.
#include <vector>

#include "espalier/study/study.hpp"
#include "plan/findings.hpp"

namespace espalier::plan {

/// Indices into study.experiments. An unknown experiment or a circle is reported and gives an empty order.
std::vector<std::size_t> planning_order(const study::Study& study, Findings& findings);

}  // namespace espalier::plan
