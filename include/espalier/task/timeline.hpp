#pragma once
// Counts the steps of one training from 0 and converts them to moments (epoch, step).
#include <cstdint>

#include "espalier/task/task.hpp"

namespace espalier::task {

/// Images a batch of an evaluation. Part of the numeric form: batches of another size may change last bits.
inline constexpr std::int64_t kEvaluationBatch = 64;

class Timeline {
 public:
  /// A training on `images` images in batches of `batch` (the last, smaller one counts) until `length`. Throws
  /// UsageError where there are steps to take but no images.
  Timeline(std::int64_t images, std::int32_t batch, Moment length);

  std::int32_t steps_per_epoch() const { return steps_per_epoch_; }
  std::int64_t total_steps() const { return total_steps_; }
  /// Number of steps that this training takes in `epoch` (from 0); fewer in an incomplete last epoch.
  std::int32_t steps_in(std::int32_t epoch) const;
  std::int64_t index(Moment at) const { return std::int64_t{at.epoch} * steps_per_epoch_ + at.step; }
  /// The moment after `steps` steps, with step < steps_per_epoch().
  Moment moment(std::int64_t steps) const;
  /// The same moment, written with step < steps_per_epoch().
  Moment normalised(Moment at) const { return moment(index(at)); }
  bool is_end(Moment at) const { return index(at) >= total_steps_; }
  /// A copy that ends after at most `steps` steps.
  Timeline cut(std::int64_t steps) const;

 private:
  std::int32_t steps_per_epoch_ = 1;
  std::int64_t total_steps_ = 0;
};

/// The rate of a unit in the step that begins at `at`; 0 where it is not trained.
float rate_at(const UnitRow& row, const Timeline& timeline, Moment at);

}  // namespace espalier::task
