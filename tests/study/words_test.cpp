#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "espalier/core/errors.hpp"
#include "espalier/study/parse.hpp"
#include "espalier/study/train_values.hpp"
#include "espalier/study/units_word.hpp"

using namespace espalier;
using namespace espalier::study;

TEST_CASE("study: Chu's notation is read and written back") {
  for (const char* word : {"F(1-5)R(6-8)", "T(1-7)R(8)", "R(1-8)", "F(1)T(2)R(3)"}) {
    CHECK(to_units_word(parse_units_word(word)) == word);
  }
  CHECK(parse_units_word("R(3)F(1,2)") == std::vector{UnitUse::frozen, UnitUse::frozen, UnitUse::fresh});
}

TEST_CASE("study: a malformed word of Chu's is refused") {
  for (const char* word :
       {"", "F", "F(", "F()", "F(0)", "F(1", "X(1)", "F(2-1)", "F(1)R(1)", "F(1)R(3)", "F(1-99999999999)"}) {
    INFO(word);
    CHECK_THROWS_AS(parse_units_word(word), UsageError);
  }
}

TEST_CASE("study: the spelling of a value is read back as the value") {
  const bool holds = rc::check([](std::int64_t integer, double real, bool truth) {
    RC_ASSERT(parse_value(to_string(Value(integer))) == Value(integer));
    RC_ASSERT(parse_value(to_string(Value(truth))) == Value(truth));
    const Value back = parse_value(to_string(Value(real)));
    const double* held = std::get_if<double>(&back.held);
    RC_ASSERT((held ? *held : static_cast<double>(*back.integer())) == real);
  });
  CHECK(holds);
}

TEST_CASE("study: the spelling of a duration is read back as the duration") {
  for (const Duration& duration : {Duration{Duration::Unit::epochs, 30}, Duration{Duration::Unit::steps, 2000}}) {
    CHECK(parse_duration(parse_value(to_string(duration))) == duration);
  }
  CHECK_FALSE(parse_duration(Value("30 days")));
  CHECK_FALSE(parse_duration(Value(1.5)));
}

TEST_CASE("study: a value set on a group that is not there changes nothing and says so") {
  TrainValues values = train_defaults();

  CHECK_FALSE(set_train_value(values, "rates.top.start", Value(0.5)));
  CHECK(values.rates.at(0).start == 0.5);
  CHECK(set_train_value(values, "rates.new.start", Value(0.5)));
  CHECK(set_train_value(values, "batch", Value("many")));
  CHECK(values.batch == 64);
}

TEST_CASE("study: what a table does not say is inherited") {
  TrainValues over;
  over.batch = 10;

  const TrainValues all = merged(train_defaults(), over);

  CHECK(all.batch == 10);
  CHECK(all.momentum == 0.9);
  CHECK(all.rates.size() == 2);
}

TEST_CASE("study: the nearest word is near, or none") {
  CHECK(nearest("fromat", {"format", "images"}) == "format");
  CHECK(nearest("zzz", {"format", "images"}).empty());
  CHECK(nearest("", {"a"}).empty());
}
