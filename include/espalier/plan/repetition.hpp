#pragma once
// What repeats a run's setting independently, and is counted by n: its split, or a replicate of its own draws.
#include <string>

#include "espalier/plan/plan.hpp"

namespace espalier::plan {

/// Whether the replicate of a run is a repetition of its own, as a split is: its source networks, or in a study of one
/// split its training images, are drawn anew for it.
inline bool repeats_by_replicate(const PlannedRun& run) { return run.redrawn || run.draws_images; }

/// "2"; "2, replicate 3" where its replicate is a repetition of its own.
inline std::string repetition_of(const PlannedRun& run) {
  const auto label = [&](const char* axis) {
    const auto* value = run.label(axis);
    return value ? *value : std::string();
  };
  return repeats_by_replicate(run) ? label("split") + ", replicate " + label("replicate") : label("split");
}

}  // namespace espalier::plan
