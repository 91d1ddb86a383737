// Computes the epoch and step of every rate change within a training.
#include "plan/schedule.hpp"

#include <iterator>
#include <map>
#include <set>

#include "plan/train_settings.hpp"

namespace espalier::plan {
namespace {

using Changes = std::map<std::int64_t, double>;  // by step: the factor of the rate from there on

/// The step of the decay that follows one at `step`; none if there is no further one.
std::optional<std::int64_t> next_decay(const Schedule& schedule, std::int64_t step, std::int64_t per_epoch,
                                       std::int64_t steps) {
  if (!schedule.every) return std::nullopt;
  const auto interval = steps_of(*schedule.every, per_epoch, steps);
  if (interval <= 0) return std::nullopt;
  if (schedule.decay_times == study::RateGroup::DecayTimes::after_first) return step + interval;
  return (step / interval + 1) * interval;
}

Changes decays(const Schedule& schedule, std::int64_t steps, std::int64_t per_epoch) {
  Changes changes = {{0, 1}};
  if (!schedule.first) return changes;
  double power = 1;
  std::optional<std::int64_t> decay = steps_of(*schedule.first, per_epoch, steps);
  while (decay && *decay < steps) {
    power *= schedule.factor;
    changes[*decay] = power;
    decay = next_decay(schedule, *decay, per_epoch, steps);
  }
  return changes;
}

/// Ten tenths, each from its own step on; a warm-up of fewer than ten steps leaves some out.
Changes rises(const Schedule& schedule, std::int64_t steps, std::int64_t per_epoch) {
  constexpr std::int64_t kTenths = 10;
  const auto length = schedule.warmup ? steps_of(*schedule.warmup, per_epoch, steps) : 0;
  Changes changes = {{0, 1}};
  if (length == 0) return changes;
  for (std::int64_t tenth = 0; tenth < kTenths; ++tenth)
    changes[length * tenth / kTenths] = static_cast<double>(tenth + 1) / static_cast<double>(kTenths);
  changes[length] = 1;
  return changes;
}

double at(const Changes& changes, std::int64_t step) { return std::prev(changes.upper_bound(step))->second; }

}  // namespace

std::vector<task::RatePoint> rate_points(const Schedule& schedule, std::int64_t steps, std::int64_t per_epoch) {
  const auto decay = decays(schedule, steps, per_epoch), rise = rises(schedule, steps, per_epoch);
  std::set<std::int64_t> moments;
  for (const auto* changes : {&decay, &rise}) {
    for (const auto& [step, factor] : *changes) moments.insert(step);
  }
  std::vector<task::RatePoint> points;
  for (const auto step : moments) {
    const auto rate = static_cast<float>(schedule.start * at(decay, step) * at(rise, step));
    const bool is_new = points.empty() || points.back().rate != rate;
    if (is_new && (step == 0 || step < steps)) points.push_back({moment_of(step, per_epoch), rate});
  }
  return points;
}

}  // namespace espalier::plan
