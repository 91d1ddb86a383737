#pragma once
// Whether the networks that a study names by file have the tensors that its runs take from them.
#include "espalier/session/study_input.hpp"

namespace espalier::session {

/// Adds an error for each source whose checkpoint is no sound safetensors file, or lacks a tensor that a run copies,
/// has it in another shape, or with values that are NaN or infinite. Plans the study for that, so that only units that
/// are copied count.
void check_checkpoints(CheckedStudy& checked);

}  // namespace espalier::session
