#pragma once
// Chooses which planned runs `espalier show` prints.
#include <string>
#include <vector>

#include "espalier/plan/plan.hpp"

namespace espalier::cli {

/// The runs a user means: by the beginning of their id, or of the id of a task they need, or by
/// "experiment:axis=value,axis=value" (either part may be empty). Throws UsageError where none fits or the text is
/// malformed.
std::vector<const plan::PlannedRun*> choose_runs(const plan::Plan& plan, const std::string& text);

}  // namespace espalier::cli
