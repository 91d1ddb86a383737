// Converts between steps and moments of a training, and looks up rates at a moment.
#include "espalier/task/timeline.hpp"

#include <algorithm>

#include "espalier/core/errors.hpp"

namespace espalier::task {

Timeline::Timeline(std::int64_t images, std::int32_t batch, Moment length) {
  if (batch < 1) throw UsageError("the batch is " + std::to_string(batch), "it must be at least 1", "");
  steps_per_epoch_ = static_cast<std::int32_t>(std::max<std::int64_t>(1, (images + batch - 1) / batch));
  total_steps_ = index(length);
  if (images == 0 && total_steps_ > 0) throw UsageError("there are no training images", "the subset is empty", "");
}

std::int32_t Timeline::steps_in(std::int32_t epoch) const {
  const std::int64_t left = total_steps_ - std::int64_t{epoch} * steps_per_epoch_;
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(left, 0, steps_per_epoch_));
}

Moment Timeline::moment(std::int64_t steps) const {
  return {static_cast<std::int32_t>(steps / steps_per_epoch_), static_cast<std::int32_t>(steps % steps_per_epoch_)};
}

Timeline Timeline::cut(std::int64_t steps) const {
  Timeline shorter = *this;
  shorter.total_steps_ = std::min(steps, total_steps_);
  return shorter;
}

float rate_at(const UnitRow& row, const Timeline& timeline, Moment at) {
  if (row.trained == Trained::no) return 0;
  const std::int64_t now = timeline.index(at);
  float rate = 0;
  for (const auto& point : row.rates) {
    if (timeline.index(point.from) > now) break;
    rate = point.rate;
  }
  return rate;
}

}  // namespace espalier::task
