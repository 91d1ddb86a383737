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
  std::vector<PlannedRun> runs;  ///< one a cell, once planned
  ExperimentCount count;
  bool refused = false;      ///< a cell of it cannot be: what is wrong has been said
  std::set<TaskId> sources;  ///< pretrainings its runs start from
};

/// A value as it is compared: where a number of images is all there are, it is "all".
class CanonicalSizes {
 public:
  void set(const std::string& target, std::int64_t all) { all_[target] = all; }
  /// `value` of `axis` in a cell of `target`.
  std::string text(const std::string& axis, const study::Value& value, const std::string& target) const;

 private:
  std::map<std::string, std::int64_t> all_;
};

/// The value of an axis in a cell; null: absent or later.
const study::Value* value_at(const grid::Grid& grid, const grid::Cell& cell, const std::string& axis);

/// The id of a run: of its experiment, the values of the experiment's own axes and of its case, split, replicate,
/// source, target and network. Fixed and taken values are not in it.
RunId run_id(const PlannedExperiment& experiment, const grid::Cell& cell, const CanonicalSizes& sizes);

/// Every column with its value, "later" where it is still to be taken.
std::vector<Label> labels_of(const PlannedExperiment& experiment, const grid::Cell& cell);

/// "frozen=3, per_class=8, split=2": the experiment's own axes and the split.
std::string describe(const PlannedExperiment& experiment, const grid::Cell& cell);

}  // namespace espalier::plan
