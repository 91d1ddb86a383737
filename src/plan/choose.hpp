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

/// Ranks settings, best first. Replicates are averaged within a cell, cells within a split, then splits. Ties are
/// broken by lower validation loss, then fewer trained units, then the given order. Settings with a diverged run rank
/// behind all without, those without any measurement last. Each setting is tested against the best, paired over splits
/// (Student, Holm-adjusted).
std::vector<Candidate> rank(const std::vector<Setting>& settings, bool higher_is_better);

}  // namespace espalier::plan
