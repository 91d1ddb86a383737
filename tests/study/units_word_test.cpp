#include "espalier/study/units_word.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <set>

#include "espalier/core/errors.hpp"

using namespace espalier;
using namespace espalier::study;

TEST_CASE("study: Chu's notation is read and written back") {
  for (const char* word : {"F(1-5)R(6-8)", "T(1-7)R(8)", "R(1-8)", "F(1)T(2)R(3)", "F(1-3)T(4)F(5-7)", "S(1-3)T(4)"}) {
    CHECK(to_units_word(parse_units_word(word)) == word);
  }
  CHECK(parse_units_word("S(1)T(2)") == std::vector{UnitUse::scaled, UnitUse::tuned});
  CHECK(parse_units_word("R(3)F(1,2)") == std::vector{UnitUse::frozen, UnitUse::frozen, UnitUse::fresh});
}

TEST_CASE("study: a malformed word of Chu's is refused") {
  for (const char* word :
       {"", "F", "F(", "F()", "F(0)", "F(1", "X(1)", "F(2-1)", "F(1)R(1)", "F(1)R(3)", "F(1-99999999999)"}) {
    INFO(word);
    CHECK_THROWS_AS(parse_units_word(word), UsageError);
  }
}

TEST_CASE("study: a list of units is read into ascending numbers, each once") {
  CHECK(parse_unit_list("5, 1-3") == std::vector<std::int32_t>{1, 2, 3, 5});
  for (const char* text : {"", ",", "1,", "-", "1-", "0", "2-1", "1,1", "1-3,2", "x", "1;2", "top"}) {
    INFO(text);
    CHECK_THROWS_AS(parse_unit_list(text), UsageError);
  }
  const bool holds = rc::check([] {
    const auto chosen = *rc::gen::nonEmpty(rc::gen::container<std::set<std::int32_t>>(rc::gen::inRange(1, 200)));
    std::vector<std::int32_t> units(chosen.begin(), chosen.end());
    std::string text;
    for (auto unit = units.rbegin(); unit != units.rend(); ++unit)
      text += (text.empty() ? "" : ",") + std::to_string(*unit);
    RC_ASSERT(parse_unit_list(text) == units);
  });
  CHECK(holds);
}
