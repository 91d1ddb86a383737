#pragma once
// Gives rank 0 its plan: compiled from the study, or made up of no-op tasks for the bench.
#include "espalier/runtime/launch.hpp"
#include "espalier/session/launch_file.hpp"

namespace espalier::session {

/// The study and its facts, as the journal keeps them.
store::StudyRecord study_record(const Launch& launch);

/// A function that compiles the launch's study with the results known so far.
runtime::Replan replan_of(const Launch& launch, const runtime::LaunchOptions& launching);

/// A plan of tasks that need nothing and say that they cost `cost_s` each.
runtime::Replan noop_replan(std::int64_t count, double cost_s);

/// Copies the networks that the study names by file into `artifacts`, named by their content. Both maps are by source.
void bring_checkpoints(const std::map<std::string, ArtifactId>& checkpoints,
                       const std::map<std::string, std::string>& files, const std::filesystem::path& artifacts);

}  // namespace espalier::session
