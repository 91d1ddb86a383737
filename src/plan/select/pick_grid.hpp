#pragma once
// The grid of a pick: a cell for each of its choices, in each split, replicate and fold that the candidates have.
#include <map>
#include <memory>
#include <string>

#include "plan/select/setting.hpp"

namespace espalier::plan {

using PlannedExperiments = std::map<std::string, std::unique_ptr<PlannedExperiment>>;

/// The choice as a take: it takes `chosen`, the experiment, and every axis in which the candidates differ and which
/// neither `per` names nor repeats a setting. Candidates must have been planned.
study::Take take_of(const study::Pick& pick, const PlannedExperiments& planned);

/// Fills `experiment.grid` with cells that wait for the choice, which has two shapes: the first until it is made, the
/// second for cells that have the values of the run that was chosen. `take` must outlive the grid.
void make_pick_grid(PlannedExperiment& experiment, const study::Take& take, const PlannedExperiments& planned,
                    const CanonicalSizes& sizes);

/// Gives the cell the values of the run that was chosen for it.
void settle(const PlannedExperiment& experiment, grid::Cell& cell, const study::Take& take, const RunRef& chosen);

}  // namespace espalier::plan
