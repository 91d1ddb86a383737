#pragma once
// Entry point of rank 0: plans, schedules and journals until the study has ended or is stopped.
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "espalier/mpi/session.hpp"
#include "espalier/plan/network_choice.hpp"
#include "espalier/protocol/control.hpp"
#include "espalier/store/journal.hpp"

namespace espalier::runtime {

/// The least validation top-1 accuracy `below` that a source network should reach; `name` is the user's name for it.
struct SourceThreshold {
  std::string name;
  double below = 0;
};

struct Planned {
  plan::Plan plan;
  std::map<TaskId, SourceThreshold> thresholds;
  std::vector<ArtifactId> checkpoints;  ///< networks named as sources: kept even where no task needs them yet
  /// The plan's tasks that this launch works on: all where there is none. The others are journaled with their forms.
  std::optional<std::set<TaskId>> works_on;
  plan::NetworkChoice networks;  ///< of runs with keep = "best" or "selected"
};

/// Compiles the study for what is known. Called at the start and whenever a selection can be made.
using Replan = std::function<Planned(const plan::Outcomes&, const std::vector<plan::SelectionOutcome>& decided)>;

enum class NewForm : bool { refused, accepted };

/// Whether a launch goes on over a damaged journal, without what is lost.
enum class Damage : bool { refused, accepted };

struct LaunchOptions {
  std::filesystem::path out;  ///< absolute
  store::WriterIdentity who;
  store::StudyRecord study;
  protocol::Setup setup;  ///< artifact_dir and log_dir are filled in
  NewForm new_form = NewForm::refused;
  Damage damage = Damage::refused;
  /// Copies the checkpoints that the study names into a folder; called once the journal has begun, so that a file there
  /// without a journal always means that one is lost.
  std::function<void(const std::filesystem::path& artifacts)> bring_checkpoints;
  plan::Passes passes;
  std::int64_t max_fails = 0;             ///< stop after so many tasks have failed in this launch; 0: never
  bool whole_study = true;                ///< false with --only and --shard: other runs do not affect the exit code
  std::vector<std::string> view_command;  ///< `espalier view`, which writes results.h5; OUT and --follow are appended
  double view_every_s = 20;
  std::string supervisor;  ///< supervisor_address(); empty: there is none to watch
  /// The first journal segment that launches of this supervisor may have written: a stop that one of them did not take
  /// up is meant for this one. 0: only this launch's own.
  std::uint32_t first_segment = 0;
};

/// Runs rank 0; collective with the agents. Returns the exit code, which is also in the journal's FinishedRecord.
/// Throws UsageError (directory in use, other threads) or EnvironmentError (disk).
int run_scheduler(mpi::Session& session, const LaunchOptions& options, const Replan& replan);

/// Reduces a plan to one task of every distinct shape and the tasks it needs, for `--smoke`.
plan::Plan one_of_each_shape(plan::Plan plan);

}  // namespace espalier::runtime
