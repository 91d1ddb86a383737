#pragma once
// The runs of one or several directories as results are read: each cell once, with the task that answers it.
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "espalier/metrics/row.hpp"
#include "espalier/stats/aggregate.hpp"
#include "espalier/store/state.hpp"

namespace espalier::report {

/// The replayed journal of a directory. `name` is the path as the user gave it.
struct Directory {
  std::string name;
  store::State state;
};

/// A run with its task; points into the directories it was made from.
struct RunView {
  const Directory* directory = nullptr;
  const plan::PlannedRun* run = nullptr;
  const store::TaskState* task = nullptr;  ///< null while the run is later, or aborted
  task::RunState state = task::RunState::waiting;
  /// Axes whose values selections and picks chose for each split or replicate: results, and no setting. Null: none.
  std::shared_ptr<const std::set<std::string>> chosen = nullptr;

  /// Value of an axis; "experiment" and "directory" count as axes. "" where the run has no such label.
  std::string value(const std::string& axis) const;
  /// The same for telling settings apart: what was chosen for each split or replicate is "chosen", whatever it is.
  std::string setting(const std::string& axis) const;
  bool diverged() const;
  /// What repeats its setting independently: its split, or a replicate of it that draws its own sources or images.
  std::string repetition() const;
};

/// Whether the replicates of all runs that are planned are repetitions of their own, as splits are.
bool all_repeat_by_replicate(const std::vector<RunView>& views);

enum class SameCell : bool { merge, keep };

/// The runs that are in their study, in planning order. With `merge`, a cell that several directories hold appears
/// once, preferably the done one. Throws UsageError where two directories hold different finished trainings for one
/// cell.
std::vector<RunView> runs_of(const std::vector<Directory>& directories, SameCell same_cell = SameCell::merge);

std::vector<RunView> runs_of(const Directory& directory);

/// The metrics row of the finished network: the last (epoch, step) of the subset; null while not done or not recorded.
const metrics::Row* final_row(const RunView& view, metrics::Subset subset);
const metrics::Row* final_row(const store::TaskState& task, metrics::Subset subset);

/// Whether the task ended because its loss was not finite.
bool diverged(const store::TaskState& task);

}  // namespace espalier::report
