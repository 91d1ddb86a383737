#pragma once
// Gives rank 0 its plan: compiled from the study, or made up of no-op tasks for the bench.
#include "cli/run_arguments.hpp"
#include "espalier/runtime/launch.hpp"

namespace espalier::cli {

/// The study and its facts, as the journal keeps them.
store::StudyRecord study_record(const StudyInput& input, const RunArguments& arguments);

/// Returns a function that compiles the study with the results known so far. `input` and `arguments` must outlive it.
runtime::Replan replan_of(const StudyInput& input, const RunArguments& arguments);

/// A plan of no-op tasks that need nothing.
runtime::Replan noop_replan(std::int64_t tasks);

/// Copies the networks that the study names by file into `artifacts`, named by their content.
void bring_checkpoints(const StudyInput& input, const RunArguments& arguments, const std::filesystem::path& artifacts);

}  // namespace espalier::cli
