#include "espalier/grid/rules.hpp"

#include <catch2/catch.hpp>

using namespace espalier;
using namespace espalier::grid;
using study::Value;

namespace {

const std::vector<std::string> kColumns = {"transferred", "frozen"};

std::string first_of(Rules& rules, std::optional<Value> transferred, std::optional<Value> frozen) {
  const std::string* name = rules.excluding({std::move(transferred), std::move(frozen)});
  return name ? *name : "stays";
}

}  // namespace

TEST_CASE("rules: the first rule that holds names the exclusion, others leave the cell") {
  Rules rules({{{}, "beyond", "frozen > transferred"}, {{}, "none", "frozen == 0"}}, kColumns);
  CHECK(first_of(rules, Value(1), Value(2)) == "beyond");
  CHECK(first_of(rules, Value(1), Value(0)) == "none");
  CHECK(first_of(rules, Value(2), Value(1)) == "stays");
}

TEST_CASE("rules: one about a value that is not known yet waits, the others are judged") {
  Rules rules({{{}, "beyond", "frozen > transferred"}, {{}, "deep", "frozen > 5"}}, kColumns);
  CHECK(first_of(rules, std::nullopt, Value(1)) == "stays");
  CHECK(first_of(rules, std::nullopt, Value(6)) == "deep");
}

TEST_CASE("rules: a condition that cannot be read is thrown with its place in the study") {
  try {
    Rules rules({{{7, 3}, "bad", "frozen >"}}, kColumns);
    FAIL("read");
  } catch (const MalformedRule& rule) {
    CHECK(rule.where.line == 7);
    CHECK_FALSE(rule.problem.problem.empty());
  }
}
