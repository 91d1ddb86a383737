#pragma once
// Tasks that are done and lack measurements: a record of rows was lost.
#include <string>
#include <vector>

#include "espalier/store/state.hpp"

namespace espalier::store {

/// Lists in State::dropped each image set that a done task must have a row of at its end and has not, and takes it out
/// of TaskState::recorded: `run` measures it again. Lists, too, where rows of epochs before the end are gone. Call once
/// a whole journal is read.
void note_missing_rows(State& state);

/// The same of one task that is done, and of its end alone; returns a text for each image set.
std::vector<std::string> forget_missing_rows(TaskState& task);

}  // namespace espalier::store
