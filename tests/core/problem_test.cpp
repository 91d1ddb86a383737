#include "espalier/core/problem.hpp"

#include <catch2/catch.hpp>

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

}  // namespace
}  // namespace espalier
