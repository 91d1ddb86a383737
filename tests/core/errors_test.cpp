#include "espalier/core/errors.hpp"

#include <catch2/catch.hpp>

namespace espalier {
namespace {

TEST_CASE("errors: one says its problem and gives the parts back") {
  const UsageError error("the file is gone", "no such name", "Look again.");

  CHECK(std::string(error.what()) == "the file is gone (no such name). Look again.");
  CHECK(error.problem().problem == "the file is gone");
  CHECK(error.problem().why == "no such name");
  CHECK(error.problem().suggestion == "Look again.");
  CHECK(std::string(EnvironmentError(error.problem()).what()) == error.what());
}

TEST_CASE("errors: one of a single text keeps it, and its problem has no full stop") {
  const Error error("a frame is too large.");

  CHECK(std::string(error.what()) == "a frame is too large.");
  CHECK(error.problem().problem == "a frame is too large");
  CHECK(error.problem().why.empty());
  CHECK(to_string(error.problem()) == error.what());
}

}  // namespace
}  // namespace espalier
