#include "report/axis_values.hpp"

#include <catch2/catch.hpp>

using namespace espalier::report;
using Words = std::vector<std::string>;

TEST_CASE("axis values: numbers ascend with 'all' last, words keep their order, 'later' is the last of all") {
  CHECK(in_order({"10", "all", "2", "0.5", "2"}) == Words{"0.5", "2", "10", "all"});
  CHECK(in_order({"b", "10", "a", "b"}) == Words{"b", "10", "a"});
  CHECK(in_order({"later", "10", "2"}) == Words{"2", "10", "later"});
}

TEST_CASE("axis values: two spellings of a number are one value, of a word are not") {
  CHECK(same_value("0.010", "0.01"));
  CHECK(same_value("1e-2", "0.01"));
  CHECK_FALSE(same_value("a", "A"));
  CHECK_FALSE(same_value("all", "1000000"));
  CHECK(all_numbers({"1", "all", "2.5"}));
  CHECK_FALSE(all_numbers({"1", "true"}));
}

TEST_CASE("axis values: tuples compare axis by axis") {
  const TupleOrder order({{"b", "10"}, {"a", "2"}, {"b", "2"}});
  CHECK(order({"b", "10"}, {"a", "2"}));
  CHECK(order({"b", "2"}, {"b", "10"}));
  CHECK_FALSE(order({"b", "2"}, {"b", "2"}));
}
