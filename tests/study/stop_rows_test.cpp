// Rules to stop in words.
#include "study/stop_rows.hpp"

#include <catch2/catch.hpp>

using namespace espalier::study;

TEST_CASE("stop rows: a rule in words says what it reads, how often, how patient it is and what results") {
  StopRule rule{.on = true, .every = {Duration::Unit::epochs, 5}, .patience = 3};
  CHECK(stop_text(rule) == "valid.top1 every 5 epochs, patience 3, the best state is restored");
  rule = {.on = true, .metric = "valid.loss", .every = {Duration::Unit::steps, 1}, .patience = 1, .min_delta = 0.01};
  rule.restore = "last";
  CHECK(stop_text(rule) == "valid.loss every step, patience 1, better by more than 0.01, the last state is the result");
  CHECK(stop_text({}) == "none");
}

TEST_CASE(
    "stop rows: a key that is set makes a rule of its own or changes the one there is, and errors change nothing") {
  TrainValues values;
  for (const auto& row : stop_rows()) {
    if (row.key == "stop.patience") CHECK_FALSE(row.set(values, 2));
  }
  REQUIRE(values.stop);
  CHECK(values.stop->on);
  CHECK(values.stop->patience == 2);
  const TrainValues before = values;

  for (const auto& row : stop_rows()) {
    INFO(row.key);
    CHECK(row.set(values, "nonsense"));
    CHECK(values == before);
  }
}
