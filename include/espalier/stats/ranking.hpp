#pragma once
// Ranks settings and finds those that cannot be told from the best: paired over splits, Holm-adjusted.
#include "espalier/stats/summary.hpp"

namespace espalier::stats {

/// A setting's means by split; none where the split has no value.
using SplitValues = std::vector<std::optional<double>>;

struct Standing {
  std::size_t setting = 0;  ///< index into the settings passed in
  double mean = 0;
  int splits = 0;           ///< with a value
  int wins = 0;             ///< splits in which it is the best; ties count for each
  double p_value = 1;       ///< against the best, over the splits both have, Holm-adjusted; 1 for the best
  bool told_apart = false;  ///< from the best; never below 3 common splits
};

enum class Better : bool { lower, higher };

/// Best first. Settings measured in fewer splits rank behind the others; those without any value are left out.
std::vector<Standing> rank(const std::vector<SplitValues>& settings, Better better, double alpha = 0.05);

}  // namespace espalier::stats
