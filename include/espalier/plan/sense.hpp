#pragma once
// Judges what a planned study would do: what it would not measure, and what it would train too little, too slowly or
// without an interval.
#include <vector>

#include "espalier/plan/plan.hpp"

namespace espalier::plan {

inline constexpr std::int64_t kFewSteps = 200;  ///< fewer teach a network little
inline constexpr float kSlowRate = 1e-5f;       ///< of SGD: below it for most of a training, nothing much changes
inline constexpr float kFastAdam = 0.01f;       ///< Adam's steps are of this size, whatever the gradient

/// Warnings, with the number and a remedy: runs that are measured on no test images; fewer than kFewSteps steps at a
/// size; rates as above; experiments without an interval, since they have one split, no fold and no replicate that
/// draws anything. At most one of a kind for each experiment or target. `plan`: of the whole study. Metrics that
/// figures and tables show and nothing records are errors of the study's own checks.
std::vector<study::Diagnostic> sense_of(const study::Study& study, const Plan& plan);

}  // namespace espalier::plan
