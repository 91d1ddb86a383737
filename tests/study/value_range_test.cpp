#include "study/value_range.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace espalier::study;
using espalier::to_string;

TEST_CASE("ranges: an integer within is read, others bring the range they are out of") {
  CHECK(integer_in(Value(3), 1, 5).value == 3);
  CHECK_FALSE(integer_in(Value(5), 1, 5).problem);
  CHECK(to_string(*integer_in(Value(0), 1, 5).problem) == "0 is out of range (it must be at least 1).");
  CHECK(to_string(*integer_in(Value(6), 1, 5).problem) == "6 is out of range (it must be at least 1 and at most 5).");
  CHECK(to_string(*integer_in(Value(2.0), 1, 5).problem) == "expected a whole number (found a real number '2').");
}

TEST_CASE("ranges: integers count as reals, bounds may be open, and what is not finite is out of every range") {
  CHECK(real_in(Value(2), {.least = 2}).value == 2);
  CHECK(real_in(Value(0), {.above = 0}).problem->why == "it must be above 0");
  CHECK(real_in(Value(1.0), {.least = 0, .below = 1}).problem->why == "it must be at least 0 and below 1");
  CHECK(real_in(Value(std::nan("")), {}).problem);
  CHECK(real_in(Value(INFINITY), {}).problem);
  CHECK(real_in(Value("1"), {}).problem->why == "found the word '1'");
}

TEST_CASE("ranges: words are read by a list, and the nearest known one is suggested") {
  CHECK(word_of(Value("any"), {}).value == "any");
  CHECK_FALSE(word_of(Value("sgd"), {"sgd", "adam"}).problem);
  CHECK(word_of(Value("sdg"), {"sgd", "adam"}).problem->suggestion == "Did you mean 'sgd'?");
  CHECK(word_of(Value(1), {"sgd", "adam", "lbfgs"}).problem->problem == "expected \"sgd\", \"adam\" or \"lbfgs\"");
  CHECK(unknown_word("source", "s", {}).why == "none is defined");
  CHECK(truth_of(Value(true)).value);
  CHECK(truth_of(Value(1)).problem);
}
