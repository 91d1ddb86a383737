// Counts evaluations without a better one, and tells when patience has run out.
#include "espalier/task/stop_rule.hpp"

#include <algorithm>

#include "espalier/core/checks.hpp"

namespace espalier::task {

namespace {

std::int64_t stretch(const StopSpec& rule, const Timeline& timeline) {
  return std::max<std::int64_t>(1, timeline.index(rule.every));
}

}  // namespace

bool is_due(const StopSpec& rule, const Timeline& timeline, std::int64_t step) {
  return step % stretch(rule, timeline) == 0 || step == timeline.total_steps();
}

std::int64_t next_due(const StopSpec& rule, const Timeline& timeline, std::int64_t step) {
  const std::int64_t every = stretch(rule, timeline);
  return std::min((step / every + 1) * every, timeline.total_steps());
}

void note(StopTrack& track, const StopSpec& rule, std::int64_t step, double value) {
  ESPALIER_EXPECT(step > track.last);
  track.last = step;
  if (step == 0) return;
  ++track.evaluations;
  const bool higher = metrics::facts_of(rule.metric).better == metrics::Better::higher;
  const double gain = higher ? value - track.best_value : track.best_value - value;
  if (track.best >= 0 && !(gain > rule.min_delta)) {
    ++track.worse;
    return;
  }
  track.best = step;
  track.best_value = value;
  track.worse = 0;
}

bool ends(const StopTrack& track, const StopSpec& rule, const Timeline& timeline) {
  return track.worse >= rule.patience || track.last >= timeline.total_steps();
}

double value_of(const StopSpec& rule, const metrics::Row& row) {
  const double value = row.values.get(rule.metric);
  const bool is_hits = metrics::facts_of(rule.metric).adds == metrics::Adds::hits;
  return is_hits && row.count > 0 ? value / static_cast<double>(row.count) : value;
}

std::int64_t least_steps(const StopSpec& rule, const Timeline& timeline) {
  return std::min(stretch(rule, timeline) * (std::int64_t{1} + rule.patience), timeline.total_steps());
}

}  // namespace espalier::task
