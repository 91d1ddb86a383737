#include "espalier/task/timeline.hpp"

#include "catch2/catch.hpp"
#include "espalier/core/errors.hpp"

using namespace espalier;
using task::Timeline;

TEST_CASE("timeline: the last, smaller batch is a step of its own") {
  const Timeline timeline(20, 6, {2, 1});

  CHECK(timeline.steps_per_epoch() == 4);
  CHECK(timeline.total_steps() == 9);
  CHECK(timeline.steps_in(1) == 4);
  CHECK(timeline.steps_in(2) == 1);
  CHECK(timeline.steps_in(3) == 0);
  CHECK(timeline.moment(9) == task::Moment{2, 1});
  CHECK(timeline.normalised({1, 4}) == task::Moment{2, 0});
}

TEST_CASE("timeline: a training without images is refused") {
  CHECK_THROWS_AS(Timeline(0, 6, {1, 0}), UsageError);
  CHECK(Timeline(0, 6, {0, 0}).total_steps() == 0);
}

TEST_CASE("rates: each point holds from its moment to the next") {
  const Timeline timeline(20, 6, {9, 0});
  task::UnitRow row;
  row.rates = {{{0, 0}, 1.0f}, {{1, 2}, 0.5f}, {{3, 0}, 0.25f}};

  CHECK(task::rate_at(row, timeline, {0, 0}) == 1.0f);
  CHECK(task::rate_at(row, timeline, {1, 1}) == 1.0f);
  CHECK(task::rate_at(row, timeline, {1, 2}) == 0.5f);
  CHECK(task::rate_at(row, timeline, {2, 3}) == 0.5f);
  CHECK(task::rate_at(row, timeline, {3, 0}) == 0.25f);
  CHECK(task::rate_at(row, timeline, {8, 3}) == 0.25f);
}

TEST_CASE("rates: a unit that is not trained has rate 0, whatever its row says") {
  task::UnitRow row;
  row.rates = {{{0, 0}, 1.0f}};
  row.trained = task::Trained::no;

  CHECK(task::rate_at(row, Timeline(20, 6, {1, 0}), {0, 0}) == 0.0f);
}
