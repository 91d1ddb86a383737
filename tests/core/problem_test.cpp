#include "espalier/core/problem.hpp"

#include <catch2/catch.hpp>

#include "espalier/core/errors.hpp"

namespace espalier {
namespace {

TEST_CASE("problem: is worded with the parts that it has") {
  CHECK(to_string({"the file is gone", "", ""}) == "the file is gone.");
  CHECK(to_string({"the file is gone", "no such name", ""}) == "the file is gone (no such name).");
  CHECK(to_string({"the file is gone", "", "Look again."}) == "the file is gone. Look again.");
  CHECK(to_string({"the file is gone", "no such name", "Look again."}) ==
        "the file is gone (no such name). Look again.");
}

TEST_CASE("problem: a further reason follows the first") {
  CHECK(with_reason({"a", "b", "C."}, "d").why == "b; d");
  CHECK(with_reason({"a", "", "C."}, "d").why == "d");
}

TEST_CASE("problem: an error says it and gives its parts back") {
  const UsageError error("the file is gone", "no such name", "Look again.");

  CHECK(std::string(error.what()) == "the file is gone (no such name). Look again.");
  CHECK(error.problem().problem == "the file is gone");
  CHECK(error.problem().why == "no such name");
  CHECK(error.problem().suggestion == "Look again.");
  CHECK(std::string(EnvironmentError(error.problem()).what()) == error.what());
}

TEST_CASE("problem: an error of one text keeps it, and its problem has no full stop") {
  const Error error("a frame is too large.");

  CHECK(std::string(error.what()) == "a frame is too large.");
  CHECK(error.problem().problem == "a frame is too large");
  CHECK(error.problem().why.empty());
  CHECK(to_string(error.problem()) == error.what());
}

}  // namespace
}  // namespace espalier
