#include "espalier/grid/condition.hpp"

#include <catch2/catch.hpp>

#include "espalier/core/errors.hpp"

namespace espalier::grid {
namespace {

const std::vector<std::string> kKnown = {"frozen",      "transferred", "per_class", "source",
                                         "train.batch", "flag",        "train.fit"};

bool judge(const std::string& text, const std::map<std::string, study::Value>& values) {
  Condition condition(text, kKnown);
  std::vector<const study::Value*> in_order;
  for (const auto& name : condition.names()) in_order.push_back(&values.at(name));
  return condition.holds(in_order);
}

std::string refusal(const std::string& text) {
  try {
    Condition(text, kKnown);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("grid: conditions compare numbers however they are spelled") {
  CHECK(judge("frozen > transferred", {{"frozen", 3}, {"transferred", 2}}));
  CHECK_FALSE(judge("frozen > transferred", {{"frozen", 2}, {"transferred", 2}}));
  CHECK(judge("frozen == 5.0", {{"frozen", 5}}));
  CHECK(judge("frozen == 5", {{"frozen", 5.0}}));
  CHECK(judge("frozen * 2 == 10e0", {{"frozen", 5}}));
  CHECK(judge("train.batch >= 0.5", {{"train.batch", 64}}));
}

TEST_CASE("grid: a condition may name an axis by its newer name") {
  CHECK(judge("train.train_eval and frozen > 1", {{"train.fit", true}, {"frozen", 2}}));
  CHECK_FALSE(judge("train.train_eval", {{"train.fit", false}}));
}

TEST_CASE("grid: 'all' is larger than every number") {
  CHECK(judge("per_class > 1000000", {{"per_class", "all"}}));
  CHECK(judge("per_class == all", {{"per_class", "all"}}));
  CHECK(judge("per_class == 'all'", {{"per_class", "all"}}));
  CHECK_FALSE(judge("per_class == all", {{"per_class", 12}}));
}

TEST_CASE("grid: conditions compare words as strings and join by and, or, not") {
  CHECK(judge("source == 'half' and frozen < 3", {{"source", "half"}, {"frozen", 1}}));
  CHECK(judge("source != \"half\" or frozen < 3", {{"source", "half"}, {"frozen", 1}}));
  CHECK(judge("not (frozen == 5)", {{"frozen", 4}}));
  CHECK(judge("! flag && frozen != 5", {{"frozen", 4}, {"flag", false}}));
}

TEST_CASE("grid: quotation marks and backslashes in a word are its own, and end no string") {
  CHECK(judge("source == 'say \"a\"'", {{"source", "say \"a\""}}));
  CHECK(judge("source == 'a\\b'", {{"source", "a\\b"}}));
  CHECK_FALSE(judge("source == 'x\" or \"x\" == \"x'", {{"source", "half"}}));
}

TEST_CASE("grid: a condition that cannot be right is refused with its text and reason") {
  CHECK(refusal("frozen = 3").find("Write '=='") != std::string::npos);
  CHECK(refusal("frozn > 3").find("did you mean 'frozen'") != std::string::npos);
  CHECK(refusal("source == 'half").find("not closed") != std::string::npos);
  CHECK(refusal("frozen > ").find("cannot be read") != std::string::npos);
  CHECK(refusal("frozen > 3 )").find("cannot be read") != std::string::npos);
  CHECK_THROWS_AS(judge("source > 3", {{"source", "half"}}), UsageError);
  CHECK_THROWS_AS(judge("frozen", {{"frozen", 3}}), UsageError);
}

TEST_CASE("grid: a condition names what it mentions, each once") {
  CHECK(Condition("frozen > 1 and frozen < transferred", kKnown).names() ==
        std::vector<std::string>{"frozen", "transferred"});
}

}  // namespace espalier::grid
