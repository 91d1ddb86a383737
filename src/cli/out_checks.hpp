#pragma once
// What `run` asks of OUT before it writes there, and `submit` before it queues a job that would be refused.
#include "espalier/session/run_arguments.hpp"
#include "espalier/session/study_input.hpp"
#include "espalier/store/state.hpp"

namespace espalier::cli {

/// Whether this run empties its folder first, as smoke and no-op runs do.
bool begins_anew(const session::RunArguments& arguments);

/// Returns what earlier launches recorded. Refuses a journal that is damaged or of another format, another study's
/// results, files of others, and a calibration of a newer version. Writes nothing.
store::State check_out(const session::RunArguments& arguments, const session::StudyInput& input);

}  // namespace espalier::cli
