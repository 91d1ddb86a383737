#pragma once
// Tasks that are done and lack a measurement of their end: a record of rows was lost.
#include "espalier/store/state.hpp"

namespace espalier::store {

/// Lists in State::dropped each image set that a done task must have a row of at its end and has not, and takes it out
/// of TaskState::recorded: `run` measures it again. Call once a whole journal is read.
void note_missing_rows(State& state);

}  // namespace espalier::store
