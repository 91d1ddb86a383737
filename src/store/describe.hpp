#pragma once
// Short texts for what the tables and attempts say.
#include <string>

#include "espalier/store/state.hpp"

namespace espalier::store {

/// "done", "stopped", "failed: diverged at epoch 3", ...
std::string outcome_text(const EndedRecord& ended);
/// "per_class=8,split=1"
std::string labels_text(const std::vector<plan::Label>& labels);
/// Digests of what a task starts from, joined by commas: finished networks of its inputs, checkpoints the user named.
std::string sources_of(const State& state, const TaskState& task);

}  // namespace espalier::store
