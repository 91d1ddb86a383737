#pragma once
// Short texts for how attempts end.
#include <string>

#include "espalier/store/records.hpp"

namespace espalier::store {

/// "done", "stopped", "failed: diverged at epoch 3", ...
std::string outcome_text(const EndedRecord& ended);
/// "trainer killed by signal 9", "trainer out of memory", ...
std::string loss_text(const sched::TrainerLost& lost);

}  // namespace espalier::store
