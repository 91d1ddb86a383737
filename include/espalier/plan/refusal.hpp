#pragma once
// Refuses studies that cannot be planned.
#include <string>

#include "espalier/plan/plan.hpp"

namespace espalier::plan {

/// Throws UsageError with every diagnostic, a line each, where one is an error; `file` names the study.
void refuse_errors(const Plan& plan, const std::string& file);

}  // namespace espalier::plan
