#include "study/axis_names.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace espalier::study;

TEST_CASE("axis names: those of the table, and each training value of targets and sources") {
  for (const auto& name : axis_names()) {
    INFO(name);
    CHECK(is_axis(name));
  }
  const auto& names = axis_names();
  CHECK(std::find(names.begin(), names.end(), "train.batch") != names.end());
  CHECK(std::find(names.begin(), names.end(), "source.batch") != names.end());
  CHECK(is_axis("train.rates.top.start"));
  for (const char* name : {"", "batch", "train.", "train.bacth", "target.batch", "train.rates.top.colour"}) {
    INFO(name);
    CHECK_FALSE(is_axis(name));
  }
}

TEST_CASE("axis names: a value is checked by its axis, by its training value, or must be a word") {
  CHECK_FALSE(check_axis_value("frozen", Value(2)));
  CHECK(check_axis_value("frozen", Value(-1)));
  CHECK_FALSE(check_axis_value("train.batch", Value(8)));
  CHECK(check_axis_value("source.batch", Value(0)));
  CHECK_FALSE(check_axis_value("train.rates.top.start", Value(0.5)));
  CHECK(check_axis_value("train.rates.top.start", Value("fast")));
}
