#pragma once
// Entry point of rank 0: plans, schedules and journals until the study has ended or is stopped.
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "espalier/mpi/session.hpp"
#include "espalier/plan/plan.hpp"
#include "espalier/store/journal.hpp"

namespace espalier::runtime {

/// A source network whose validation top-1 should reach `below`; `name` as the user knows it.
struct SourceBar {
  std::string name;
  double below = 0;
};

struct Planned {
  plan::Plan plan;
  std::map<TaskId, SourceBar> bars;
  std::vector<ArtifactId> checkpoints;  ///< of the study's sources: kept, even where no task needs them yet
};

/// Compiles the study for what is known so far. Called at the start and whenever a selection can be made.
using Replan = std::function<Planned(const plan::Outcomes&, const std::vector<plan::SelectionOutcome>& decided)>;

enum class NewForm : bool { refused, accepted };

struct LaunchOptions {
  std::filesystem::path out;  ///< absolute
  store::WriterIdentity who;
  store::StudyRecord study;
  sched::Setup setup;  ///< artifact_dir and log_dir are filled in
  NewForm new_form = NewForm::refused;
  plan::Passes passes;
  bool whole_study = true;                ///< false: --only; runs outside the part do not count for the exit code
  std::vector<std::string> view_command;  ///< rebuilds the store from the journal; OUT is appended
  double view_every_s = 20;
};

/// Collective with the agents. What it came to is in the journal's FinishedRecord, which is also returned.
/// Throws UsageError (in use, other threads), EnvironmentError (disk).
int run_scheduler(mpi::Session& session, const LaunchOptions& options, const Replan& replan);

/// One task of every distinct shape, with what it needs: what `--smoke` runs.
plan::Plan one_of_each_shape(plan::Plan plan);

}  // namespace espalier::runtime
