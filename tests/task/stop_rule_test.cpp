#include "espalier/task/stop_rule.hpp"

#include <rapidcheck.h>

#include "catch2/catch.hpp"

using namespace espalier;
using namespace espalier::task;

namespace {

/// 4 steps an epoch, 10 epochs.
const Timeline kTimeline(20, 5, {10, 0});

StopSpec rule_of(Moment every, std::int32_t patience, double min_delta = 0) {
  StopSpec rule{ImageSetId{"valid"}, metrics::Metric::top1, every, patience, min_delta};
  return rule;
}

/// Where the rule ends a training whose evaluations give these values, one after the other.
StopTrack followed(const StopSpec& rule, const Timeline& timeline, const std::vector<double>& values) {
  StopTrack track;
  std::int64_t step = 0;
  for (const double value : values) {
    step = next_due(rule, timeline, step);
    note(track, rule, step, value);
    if (ends(track, rule, timeline)) break;
  }
  return track;
}

}  // namespace

TEST_CASE("stop rule: it evaluates before the first step, after each stretch, and at the end") {
  const auto rule = rule_of({3, 0}, 1);
  std::vector<std::int64_t> due;
  for (std::int64_t step = 0; step <= 40; ++step) {
    if (is_due(rule, kTimeline, step)) due.push_back(step);
  }

  CHECK((due == std::vector<std::int64_t>{0, 12, 24, 36, 40}));
  CHECK(next_due(rule, kTimeline, 0) == 12);
  CHECK(next_due(rule, kTimeline, 12) == 24);
  CHECK(next_due(rule, kTimeline, 37) == 40);
  CHECK(next_due(rule_of({0, 7}, 1), kTimeline, 8) == 14);
}

TEST_CASE("stop rule: only strictly greater counts, and the earliest of equal ones is the best") {
  const auto track = followed(rule_of({1, 0}, 3), kTimeline, {0.5, 0.7, 0.7, 0.6, 0.7, 0.9});

  CHECK(track.best == 8);
  CHECK(track.best_value == 0.7);
  CHECK(track.last == 20);
  CHECK(track.worse == 3);
  CHECK(track.evaluations == 5);
}

TEST_CASE("stop rule: better by min_delta at most is not better") {
  CHECK(followed(rule_of({1, 0}, 2, 0.125), kTimeline, {0.5, 0.625, 0.626}).best == 12);
  CHECK(followed(rule_of({1, 0}, 2, 0.125), kTimeline, {0.5, 0.625, 0.625}).best == 4);
}

TEST_CASE("stop rule: a loss is better where it is lower") {
  auto rule = rule_of({1, 0}, 2);
  rule.metric = metrics::Metric::loss;

  const auto track = followed(rule, kTimeline, {2.0, 1.0, 1.5, 1.0, 0.5});

  CHECK(track.best == 8);
  CHECK(track.last == 16);
}

TEST_CASE("stop rule: the evaluation before the first step is no candidate") {
  const auto rule = rule_of({1, 0}, 1);
  StopTrack track;

  note(track, rule, 0, 0.99);
  CHECK(track.best == -1);
  CHECK(track.worse == 0);
  note(track, rule, 4, 0.1);

  CHECK(track.best == 4);
  CHECK_FALSE(ends(track, rule, kTimeline));
}

TEST_CASE("stop rule: a training ends at its length, whatever its patience") {
  const auto track = followed(rule_of({4, 0}, 100), kTimeline, {0.1, 0.2, 0.3});

  CHECK(track.last == 40);
  CHECK(ends(track, rule_of({4, 0}, 100), kTimeline));
}

TEST_CASE("stop rule: top-1 is compared as the share of images that are right") {
  metrics::Row row;
  row.count = 8;
  row.values.set(metrics::Metric::top1, 6);

  CHECK(value_of(rule_of({1, 0}, 1), row) == 0.75);
}

TEST_CASE("stop rule: by its definition, for any values") {
  rc::check("the end is the first evaluation with `patience` ones behind the best, or the last", [] {
    const auto patience = *rc::gen::inRange<std::int32_t>(1, 4);
    const auto whole = *rc::gen::container<std::vector<int>>(10, rc::gen::inRange(0, 5));
    const std::vector<double> values(whole.begin(), whole.end());
    const auto track = followed(rule_of({1, 0}, patience), kTimeline, values);

    const std::size_t seen = static_cast<std::size_t>(track.last) / 4;
    const auto best = std::max_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(seen));
    const auto best_place = static_cast<std::int64_t>(best - values.begin()) + 1;
    RC_ASSERT(track.best == 4 * best_place);
    const bool ran_out = static_cast<std::int64_t>(seen) - best_place >= patience;
    RC_ASSERT(ran_out || seen == values.size());
    RC_ASSERT(static_cast<std::int64_t>(seen) - best_place <= patience);
    RC_ASSERT(track.last >= least_steps(rule_of({1, 0}, patience), kTimeline));
  });
}
