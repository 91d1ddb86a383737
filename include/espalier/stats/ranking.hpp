#pragma once
// Ranks settings and finds those that cannot be told from the best: paired over splits, Holm-adjusted.
#include <cstdint>

#include "espalier/stats/summary.hpp"

namespace espalier::stats {

/// A setting's means by split; none where the split has no value.
using SplitValues = std::vector<std::optional<double>>;

/// A setting to be ranked. What is empty or 0 breaks no tie.
struct RankedSetting {
  SplitValues metric;
  SplitValues loss;                ///< breaks ties of the metric: lower is better
  std::int32_t trained_units = 0;  ///< breaks ties of both: fewer are better
  bool incomplete = false;         ///< a run of it diverged or is missing
};

struct Standing {
  std::size_t setting = 0;  ///< index into the settings passed in
  double mean = 0, loss = 0;
  int splits = 0;            ///< with a value
  int wins = 0;              ///< splits in which it is the best; what is equal in all three counts for each
  double p_value = 1;        ///< against the best, over the splits both have, Holm-adjusted; 1 for the best
  bool significant = false;  ///< differs from the best; never below 3 common splits, nor where it is incomplete
};

enum class Better : bool { lower, higher };

/// Best first; ties keep the given order. Incomplete settings rank behind complete ones, those measured in fewer splits
/// behind the others, those without any value last.
std::vector<Standing> rank(const std::vector<RankedSetting>& settings, Better better, double alpha = 0.05);

}  // namespace espalier::stats
