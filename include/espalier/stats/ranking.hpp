#pragma once
// Ranks settings and finds those that cannot be told from the best: paired over splits, Holm-adjusted.
#include <cstdint>
#include <string>

#include "espalier/metrics/registry.hpp"
#include "espalier/metrics/share.hpp"
#include "espalier/stats/summary.hpp"

namespace espalier::stats {

/// One finished run of a setting.
struct Measurement {
  std::string split;
  std::string cell;  ///< values of the other axes averaged over; replicates share it
  metrics::Share metric, loss;
  bool diverged = false;
  std::string fold;  ///< "" where there is none
};

/// A setting to be ranked. A loss that is NaN and trained units of 0 break no tie.
struct RankedSetting {
  std::vector<Measurement> runs;
  std::int32_t trained_units = 0;
  std::int32_t missing = 0;  ///< runs without a result
  std::int32_t diverged() const;
  bool complete() const { return missing == 0 && diverged() == 0; }
};

struct Standing {
  std::size_t setting = 0;  ///< index into the settings passed in
  double mean = 0, loss = 0;
  int splits = 0;                  ///< with a value
  int wins = 0;                    ///< splits in which it is the best; what is equal in all three counts for each
  double p_value = 1;              ///< against the best, over the splits both have, Holm-adjusted; 1 for the best
  int folds = 0;                   ///< of the one split, over which it is compared with the best; 0: over splits
  bool significant = false;        ///< differs from the best; never below 3 common splits (or folds of the only split),
                                   ///< nor where it is incomplete
  bool indistinguishable = false;  ///< the best, or tested against it and not significant
};

/// Which of two settings with equal means is the better one: that of lower loss, or that with fewer trained units. The
/// other of the two decides what is still equal.
enum class Ties : std::uint8_t { loss_first, units_first };

/// Best first. Replicates are averaged within a cell and fold, these within a split. Means are compared without
/// rounding; ties go as `ties` says, then to the given order. Incomplete settings rank behind complete ones, those
/// measured in fewer splits behind the others, those without any value last.
std::vector<Standing> rank(const std::vector<RankedSetting>& settings, metrics::Better better, double alpha = 0.05,
                           Ties ties = Ties::loss_first);

}  // namespace espalier::stats
