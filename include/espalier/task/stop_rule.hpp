#pragma once
// Follows a training's evaluations by its StopSpec: which state is the best so far, and whether the training ends.
#include <cstdint>

#include "espalier/metrics/row.hpp"
#include "espalier/task/timeline.hpp"

namespace espalier::task {

/// What a rule remembers of the evaluations so far. It is part of a training's state: checkpoints hold it.
struct StopTrack {
  std::int64_t evaluations = 0;  ///< candidates; the evaluation before the first step is none
  std::int64_t last = -1;        ///< the step at which it evaluated last; -1: never
  std::int64_t best = -1;        ///< the step of the best evaluation, the earliest of equal ones; -1: there is none
  double best_value = 0;         ///< as value_of() gives it
  std::int32_t worse = 0;        ///< evaluations since the best one
  bool operator==(const StopTrack&) const = default;
};

/// Whether the rule evaluates after `step` steps: before the first one, after each stretch of `every`, and at the end
/// of the training.
bool is_due(const StopSpec& rule, const Timeline& timeline, std::int64_t step);

/// The next step after `step` at which the rule evaluates; at most the end of the training.
std::int64_t next_due(const StopSpec& rule, const Timeline& timeline, std::int64_t step);

/// Takes in an evaluation after `step` steps; one step is taken in once. Only a value that is better than the best by
/// more than min_delta is a new best.
void note(StopTrack& track, const StopSpec& rule, std::int64_t step, double value);

/// Whether a training of this rule ends at its last evaluation: patience has run out, or the training is over.
bool ends(const StopTrack& track, const StopSpec& rule, const Timeline& timeline);

/// The metric in the rule's unit: a mean, or the share of images that are hits.
double value_of(const StopSpec& rule, const metrics::Row& row);

/// The fewest steps after which the rule can end the training: the first evaluation is the best, and none after it.
std::int64_t least_steps(const StopSpec& rule, const Timeline& timeline);

}  // namespace espalier::task
