#pragma once
// What a selection compares: the values that a run has on the axes whose values are chosen.
#include <optional>
#include <string>
#include <vector>

#include "plan/planned_experiment.hpp"

namespace espalier::plan {

/// The axis of a pick's choices that says which experiment was chosen.
inline constexpr const char* kChosen = "chosen";

/// One run of an experiment already planned.
struct RunRef {
  const PlannedExperiment* experiment = nullptr;
  std::size_t run = 0;
  const PlannedRun& planned() const { return experiment->runs[run]; }
  const grid::Cell& cell() const { return experiment->grid.cells[run]; }
};

/// Whether the take stands for a pick's choice among runs of several experiments (pick_grid.hpp).
bool is_pick(const study::Take& take);

/// The values of a run on the axes of the take; none where one is still to be taken. A pick leaves out axes that the
/// run does not have.
std::optional<std::vector<Label>> setting_of(const study::Take& take, const RunRef& ref);

/// Whether both have the same values, in whatever order.
bool same_values(std::vector<Label> a, std::vector<Label> b);

/// The canonical values of these axes in a cell; none if one of them is still to be taken.
std::optional<std::vector<Label>> values_of(const std::vector<std::string>& axes, const grid::Grid& grid,
                                            const grid::Cell& cell, const CanonicalSizes& sizes);

/// "split=1,replicate=2".
std::string text_of(const std::vector<Label>& labels);

}  // namespace espalier::plan
