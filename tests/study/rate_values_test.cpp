// The keys of rate groups, and groups in words.
#include "study/rate_values.hpp"

#include <catch2/catch.hpp>

using namespace espalier::study;

namespace {

RateGroup with(const std::vector<std::pair<std::string, Value>>& values) {
  RateGroup group;
  group.units = "rest";
  for (const auto& [key, value] : values) {
    INFO(key);
    CHECK_FALSE(set_rate_value(group, key, value));
  }
  return group;
}

}  // namespace

TEST_CASE("rates: the groups of a study that says nothing are told in words") {
  CHECK(rates_text(default_rates()) ==
        "top 0.003 x 0.1 at 50 % and multiples of 25 %; rest 3e-04 x 0.1 at 50 % and multiples of 25 %");
}

TEST_CASE("rates: each key is set, and shows in the words") {
  CHECK(rates_text({with({{"units", Value("2-5")}, {"start", Value(0.5)}})}) == "2-5 0.5");
  CHECK(rates_text({with({{"start", Value(1)}, {"factor", Value(0.5)}, {"first", Value("2000 steps")}})}) ==
        "rest 1 x 0.5 at 2000 steps");
  CHECK(rates_text(
            {with({{"start", Value(1)}, {"first", Value(15)}, {"every", Value(5)}, {"decays", Value("after-first")}})})
            .ends_with("at 15 and then every 5"));
  CHECK(rates_text({with({{"relative", Value(0.1)}, {"to", Value("top")}})}) == "rest 0.1 x top");
  RateGroup group;
  CHECK(set_rate_value(group, "to", Value("")));  // else the group would stand for none
}

TEST_CASE("rates: a start takes the place of a relative rate, whose schedule cannot be set without it") {
  RateGroup group = with({{"relative", Value(0.1)}, {"to", Value("top")}});
  for (const char* key : {"factor", "first", "every", "decays"}) {
    const auto refused = set_rate_value(group, key, Value(2));
    REQUIRE(refused);
    CHECK(refused->problem == "a relative rate has no schedule");
  }
  CHECK_FALSE(set_rate_value(group, "start", Value(0.5)));
  CHECK_FALSE(set_rate_value(group, "first", Value(3)));
  CHECK(rates_text({group}).starts_with("rest 0.5 x"));
}

TEST_CASE("rates: what a key cannot be is refused, and the group stays as it was") {
  const std::vector<std::pair<std::string, Value>> wrong = {
      {"start", Value(0)},    {"start", Value("fast")},   {"factor", Value(-1.0)}, {"first", Value("soon")},
      {"every", Value(0)},    {"decays", Value("never")}, {"units", Value("0")},   {"units", Value(true)},
      {"relative", Value(0)}, {"to", Value(3)},           {"strat", Value(1)},
  };
  for (const auto& [key, value] : wrong) {
    RateGroup group;
    const auto before = rates_text({group});
    INFO(key << " = " << to_string(value));
    CHECK(set_rate_value(group, key, value));
    CHECK(rates_text({group}) == before);
  }
  RateGroup group;
  CHECK(set_rate_value(group, "strat", Value(1))->suggestion == "Did you mean 'start'?");
  CHECK_FALSE(is_rate_key("strat"));
  CHECK(is_rate_key("decays"));
  CHECK(is_rate_key("beat"));  // its earlier name
}

TEST_CASE("rates: units are named by a word, by numbers and by ranges") {
  for (const char* units : {"top", "new", "copied", "rest", "1", "2-5", "1,3", "1, 4-6"})
    CHECK(is_units_selector(units));
  for (const char* units : {"", "bottom", "0", "5-2", "1,", "-3", "1-", "1;2"}) {
    INFO(units);
    CHECK_FALSE(is_units_selector(units));
  }
}
