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

/// Best first. Replicates are averaged within a cell, cells within a split, then splits. Ties: lower validation loss,
/// then fewest trained units, then the order given. A setting with a diverged run ranks behind all without, one
/// without any measurement last. Each is paired with the best over splits (Student), adjusted by Holm.
std::vector<Candidate> rank(const std::vector<Setting>& settings, bool higher_is_better);

}  // namespace espalier::plan
