#pragma once
// Which networks a study keeps that asks for its best or selected ones, known once all of its runs have ended.
#include <vector>

#include "espalier/plan/plan.hpp"

namespace espalier::plan {

/// Trainings with keep = "selected" or "best". All of them keep their networks while the study runs.
struct NetworkChoice {
  std::vector<TaskId> unchosen;  ///< with a network that nothing needs any more
  std::vector<TaskId> missing;   ///< chosen, and done without a network that is kept
};

/// Chosen are the runs of a setting that a `take` chose, the runs that a pick chose, and, of trainings with "best", the
/// runs of the setting that ranks first by validation for its experiment, target, network and size: by top-1 accuracy,
/// or mean average precision where an image may have several labels, as stats::rank does. Where nothing was measured on
/// validation images all are chosen, and so are all that a selection chose from whose values no run has. Empty while a
/// run has not ended.
NetworkChoice choose_networks(const Plan& plan, const study::Study& study, const Outcomes& outcomes);

}  // namespace espalier::plan
