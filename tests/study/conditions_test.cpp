#include "espalier/study/conditions.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "espalier/core/errors.hpp"

using namespace espalier;
using study::parse_condition;
using study::parse_conditions;
using Words = std::vector<std::string>;

TEST_CASE("condition: quotes protect what would separate") {
  const auto all = parse_conditions(R"(case="a,b"|"x|y", per_class = 1|2)");

  REQUIRE(all.size() == 2);
  CHECK(all[0].axis == "case");
  CHECK(all[0].values == Words{"a,b", "x|y"});
  CHECK(all[1].axis == "per_class");
  CHECK(all[1].values == Words{"1", "2"});
  CHECK(parse_condition(R"(case="say \"=\" \\")").values == Words{R"(say "=" \)"});
}

TEST_CASE("condition: spaces around a word do not count, within quotes they do") {
  CHECK(parse_condition(" case =  a b ").values == Words{"a b"});
  CHECK(parse_condition(R"(case=" a ")").values == Words{" a "});
}

TEST_CASE("condition: runs are named by an experiment and conditions, and either may be quoted") {
  const auto named = study::parse_named_runs(R"("a:b":case="x:y")");

  CHECK(named.has_colon);
  CHECK(named.experiment == "a:b");
  CHECK(parse_conditions(named.conditions)[0].values == Words{"x:y"});
  CHECK_FALSE(study::parse_named_runs("0123abcd").has_colon);
}

TEST_CASE("condition: what is no condition is refused, an open quote too") {
  CHECK_THROWS_AS(parse_condition("case"), UsageError);
  CHECK_THROWS_AS(parse_condition("=a"), UsageError);
  CHECK_THROWS_AS(parse_condition("case="), UsageError);
  CHECK_THROWS_WITH(parse_condition("case=\"a"), Catch::Contains("not closed"));
  CHECK_THROWS_WITH(parse_condition("case=\"a\"b"), Catch::Contains("behind its closing quote"));
}

TEST_CASE("condition: every word can be spelled, and is read back as it was") {
  CHECK(study::spelled("plain-word_1.5") == "plain-word_1.5");
  CHECK(rc::check([] {
    const auto letters = rc::gen::elementOf(std::string("ab,|=:\"\\ 1"));
    const auto word = *rc::gen::container<std::string>(letters);
    const auto condition = parse_conditions("case=" + study::spelled(word) + "|other,split=1");
    RC_ASSERT(condition.size() == 2u);
    RC_ASSERT(condition[0].values == (Words{word, "other"}));
    RC_ASSERT(study::parse_named_runs(study::spelled(word) + ":split=1").experiment == word);
  }));
}
