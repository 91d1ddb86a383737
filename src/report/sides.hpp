#pragma once
// The two sides of a ratio: the runs of an experiment that fulfil one condition, against their partners that fulfil
// another.
#include "espalier/report/query.hpp"

namespace espalier::report {

struct Sides {
  std::vector<RunView> over, under;
  Query query;  ///< its `by` has the axes that were asked for, then those that vary otherwise
  std::vector<stats::Contrast> contrasts;

  /// A run of the cell that a contrast stands for, of the side that divides or is divided.
  const RunView& example(const stats::Contrast& contrast) const;
};

/// What of a figure or table makes its sides.
struct SidesAsked {
  std::string experiment;
  const study::RatioSpec& ratio;
  std::string y;
  std::vector<std::string> by;
};
/// Throws UsageError where no run fulfils a condition, or where a side has several runs for one partner.
Sides sides_of(const std::vector<RunView>& views, const SidesAsked& asked);

}  // namespace espalier::report
