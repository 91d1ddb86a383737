#pragma once
// Ranks the settings that a selection compares.
#include <string>
#include <vector>

#include "espalier/plan/plan.hpp"
#include "espalier/stats/ranking.hpp"

namespace espalier::plan {

using stats::Measurement;

struct Setting {
  std::vector<Label> values;
  std::vector<Measurement> runs;
  std::int32_t trained_units = 0;
  std::int32_t missing = 0;
};

/// Ranks settings, best first, by stats::rank. Their `loss` is the validation loss; of a pick, that of the images it
/// picks on.
std::vector<Candidate> rank(const std::vector<Setting>& settings, bool higher_is_better,
                            stats::Ties ties = stats::Ties::loss_first);

}  // namespace espalier::plan
