// Computes the epoch and step of every rate change within a training.
#include "plan/schedule.hpp"

#include "plan/train_settings.hpp"

namespace espalier::plan {
namespace {

/// The step of the decay that follows one at `step`; none if there is no further one.
std::optional<std::int64_t> next_decay(const Schedule& schedule, std::int64_t step, std::int64_t per_epoch) {
  if (!schedule.every) return std::nullopt;
  const auto interval = steps_of(*schedule.every, per_epoch);
  if (interval <= 0) return std::nullopt;
  if (schedule.decay_times == study::RateGroup::DecayTimes::after_first) return step + interval;
  return (step / interval + 1) * interval;
}

void append(std::vector<task::RatePoint>& points, std::int64_t step, std::int64_t per_epoch, double rate) {
  const auto rounded = static_cast<float>(rate);
  if (step == 0) points.clear();
  if (!points.empty() && points.back().rate == rounded) return;
  points.push_back({moment_of(step, per_epoch), rounded});
}

}  // namespace

std::vector<task::RatePoint> rate_points(const Schedule& schedule, std::int64_t steps, std::int64_t per_epoch) {
  std::vector<task::RatePoint> points;
  append(points, 0, per_epoch, schedule.start);
  if (!schedule.first) return points;
  double power = 1;
  std::optional<std::int64_t> decay = steps_of(*schedule.first, per_epoch);
  while (decay && *decay < steps) {
    power *= schedule.factor;
    append(points, *decay, per_epoch, schedule.start * power);
    decay = next_decay(schedule, *decay, per_epoch);
  }
  return points;
}

}  // namespace espalier::plan
