#pragma once
// Learning rates over time: start, factor, first and later decays.
#include <optional>
#include <vector>

#include "espalier/study/study.hpp"
#include "espalier/task/task.hpp"

namespace espalier::plan {

/// A rate that starts at `start` and is multiplied by `factor` at each decay.
struct Schedule {
  double start = 0, factor = 1;
  std::optional<study::Duration> first, every;
  study::RateGroup::DecayTimes decay_times = study::RateGroup::DecayTimes::multiples;
  std::optional<study::Duration> warmup;  ///< over which the rate rises from a tenth to itself; none, or 0: it does not
};

/// The rate from each change on, within `steps`: float32 of start * factor^i computed in double, and of i tenths of it
/// in the i-th tenth of the warm-up. Changes to an equal float32 rate are left out. A first decay at 0 lowers the rate
/// from the start.
std::vector<task::RatePoint> rate_points(const Schedule& schedule, std::int64_t steps, std::int64_t per_epoch);

}  // namespace espalier::plan
