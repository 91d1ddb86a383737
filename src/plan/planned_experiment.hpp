#pragma once
// An experiment during planning: its grid cells and one run per cell.
#include <set>
#include <vector>

#include "espalier/grid/grid.hpp"
#include "espalier/plan/plan.hpp"

namespace espalier::plan {

struct PlannedExperiment {
  const study::Experiment* study = nullptr;
  grid::Grid grid;               ///< cells, taken values filled in where decided
  std::vector<PlannedRun> runs;  ///< one per cell, once planned
  ExperimentCount count;
  bool refused = false;      ///< whether a cell is impossible; it has been reported
  std::set<TaskId> sources;  ///< pretrainings its runs start from
};

/// Where a size counts the same images: a target, with the labels that an axis gives it.
std::string size_place(const std::string& target, const std::string& labels);
std::string size_place(const grid::Grid& grid, const grid::Cell& cell);

/// Makes values comparable: a number of images that is all there are becomes "all".
class CanonicalSizes {
 public:
  void set(const std::string& place, std::int64_t all) { all_[place] = all; }
  bool has(const std::string& place) const { return all_.contains(place); }
  /// The text of `value` of `axis` in a cell of that place.
  std::string text(const std::string& axis, const study::Value& value, const std::string& place) const;

 private:
  std::map<std::string, std::int64_t> all_;
};

/// The value of an axis in a cell; null where it is absent or later.
const study::Value* value_at(const grid::Grid& grid, const grid::Cell& cell, const std::string& axis);

/// Names the runs of one experiment. An id is a hash of the experiment, the values of its own axes and of case, split,
/// replicate, fold, source, target and network. Fixed and taken values do not enter it.
class RunIds {
 public:
  /// Both must outlive it.
  RunIds(const PlannedExperiment& experiment, const CanonicalSizes& sizes);
  RunId of(const grid::Cell& cell) const;

 private:
  const PlannedExperiment& experiment_;
  const CanonicalSizes& sizes_;
  std::vector<std::size_t> columns_;  ///< whose values enter ids, by name
};

/// Every column with its value, "later" where it is still to be taken.
std::vector<Label> labels_of(const PlannedExperiment& experiment, const grid::Cell& cell);

/// "experiment.NAME" or "pick.NAME", the key of diagnostics.
std::string key_of(const PlannedExperiment& experiment);

/// For example "frozen=3, per_class=8, split=2": the experiment's own axes, the split and the fold.
std::string describe(const PlannedExperiment& experiment, const grid::Cell& cell);

}  // namespace espalier::plan
