#pragma once
// Finds the runs of other experiments that a cell takes its units from.
#include <map>
#include <memory>
#include <string>

#include "plan/parent_runs.hpp"
#include "plan/planned_experiment.hpp"

namespace espalier::plan {

/// The runs a cell takes units from: what `start` finds, then what each entry of `units_from` finds (null for those
/// that name a source).
struct LinkedRuns {
  const PlannedRun* start = nullptr;
  std::vector<const PlannedRun*> units;

  /// The first of them that waits for a selection, and the first that will never be trained; null where none does.
  const PlannedRun* waiting() const;
  const PlannedRun* aborted() const;
};

class RunLinks {
 public:
  /// Both must outlive this; experiments are planned before those that need them.
  RunLinks(const std::map<std::string, std::unique_ptr<PlannedExperiment>>& planned, const CanonicalSizes& sizes)
      : planned_(planned), sizes_(sizes) {}

  /// Throws CompileError where a link finds no run, or several.
  LinkedRuns of(const PlannedExperiment& experiment, const grid::Cell& cell);
  /// Whether an experiment that this one needs has been refused.
  bool needs_refused(const study::Experiment& experiment) const;

 private:
  const PlannedRun* found(const study::Start& start, const std::vector<Label>& labels);
  std::vector<Label> canonical_labels(const PlannedExperiment& experiment, const grid::Cell& cell) const;

  const std::map<std::string, std::unique_ptr<PlannedExperiment>>& planned_;
  const CanonicalSizes& sizes_;
  std::map<std::string, ParentRuns> known_;  ///< by experiment and axes
};

}  // namespace espalier::plan
