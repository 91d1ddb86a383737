#pragma once
// Counts the steps of one training from 0 and converts them to moments (epoch, step).
#include <cstdint>

#include "espalier/task/task.hpp"

namespace espalier::task {

class Timeline {
 public:
  /// `images` training images in batches of `batch` (the last smaller one is kept), until `length`.
  /// Throws UsageError where there are no images to train on but steps to take.
  Timeline(std::int64_t images, std::int32_t batch, Moment length);

  std::int32_t steps_per_epoch() const { return steps_per_epoch_; }
  std::int64_t total_steps() const { return total_steps_; }
  /// Steps of epoch `epoch` (from 0) that this training takes: fewer in a cut last epoch.
  std::int32_t steps_in(std::int32_t epoch) const;
  std::int64_t index(Moment at) const { return std::int64_t{at.epoch} * steps_per_epoch_ + at.step; }
  /// The moment after `steps` steps, with step < steps_per_epoch().
  Moment moment(std::int64_t steps) const;
  /// The same moment with step < steps_per_epoch().
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
