#pragma once
// Journals what a plan says that the journal does not say yet.
#include <vector>

#include "runtime/rank0/journaled_state.hpp"

namespace espalier::runtime {

/// Writes new selections, what is new in the catalog, the tasks in `changed`, and the list of runs where it differs.
/// Returns what was new in the catalog.
task::Catalog write_plan(JournaledState& journal, const plan::Plan& plan, const std::vector<task::Task>& changed);

}  // namespace espalier::runtime
