#include "espalier/study/train_values.hpp"

#include <catch2/catch.hpp>

using namespace espalier::study;

TEST_CASE("study: a value set on a group that is not there changes nothing and says so") {
  TrainValues values = train_defaults();

  CHECK_FALSE(set_train_value(values, "rates.top.start", Value(0.5)));
  CHECK(values.rates.at(0).start == 0.5);
  CHECK(set_train_value(values, "rates.new.start", Value(0.5)));
  CHECK(set_train_value(values, "batch", Value("many")));
  CHECK(values.batch == 32);
}

TEST_CASE("study: what a table does not say is inherited") {
  TrainValues over;
  over.batch = 10;

  const TrainValues all = merged(train_defaults(), over);

  CHECK(all.batch == 10);
  CHECK(all.momentum == 0.9);
  CHECK(all.rates.size() == 2);
}

TEST_CASE("study: the spelling of a duration is read back as the duration") {
  for (const Duration& duration : {Duration{Duration::Unit::epochs, 30}, Duration{Duration::Unit::steps, 2000}}) {
    CHECK(parse_duration(parse_value(to_string(duration))) == duration);
  }
  CHECK_FALSE(parse_duration(Value("30 days")));
  const auto half = parse_duration("50 %");
  REQUIRE(half);
  CHECK(to_string(*half) == "50 %");
  CHECK(parse_duration("50%") == half);
  CHECK(is_in_range(*half, 0, Shares::taken));
  CHECK_FALSE(is_in_range(*half, 0, Shares::refused));  // of a length, for one
  CHECK_FALSE(is_in_range(*parse_duration("101 %"), 0, Shares::taken));
  CHECK_FALSE(parse_duration(Value(1.5)));
}
