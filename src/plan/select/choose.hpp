#pragma once
// Ranks the settings that a selection compares.
#include <string>
#include <vector>

#include "espalier/plan/plan.hpp"

namespace espalier::plan {

/// One finished run of a setting.
struct Measurement {
  std::string split;
  std::string cell;  ///< values of the other axes averaged over; replicates share it
  double metric = 0, loss = 0;
  bool diverged = false;
};

struct Setting {
  std::vector<Label> values;
  std::vector<Measurement> runs;
  std::int32_t trained_units = 0;
  std::int32_t missing = 0;
};

/// Ranks settings, best first, by stats::rank: replicates are averaged within a cell, cells within a split. Ties are
/// broken by lower validation loss, then fewer trained units, then the given order.
std::vector<Candidate> rank(const std::vector<Setting>& settings, bool higher_is_better);

}  // namespace espalier::plan
