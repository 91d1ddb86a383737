#pragma once
// Writes a plan as a folder that one trainer can execute alone, without agents, MPI and HDF5.
#include <filesystem>

#include "espalier/plan/plan.hpp"
#include "espalier/session/study_input.hpp"

namespace espalier::session {

/// Writes `folder`/bundles (frames), packs/ and artifacts/, with names relative to the folder. Throws UsageError where
/// the folder is not empty or the plan holds selections that are still to be made.
void write_bundles(const plan::Plan& plan, const StudyInput& input, const plan::CompileOptions& options,
                   const std::filesystem::path& folder);

}  // namespace espalier::session
