#include "espalier/task/optimisers.hpp"

#include <catch2/catch.hpp>

#include "espalier/core/errors.hpp"

using namespace espalier::task;

TEST_CASE("optimisers: each finds its own row, by value and by name") {
  for (const auto& row : optimisers()) {
    CHECK(row_of(row.kind).name == row.name);
    CHECK(optimiser_named(row.name) == row.kind);
  }
}

TEST_CASE("optimisers: an unknown one is refused with the known ones") {
  CHECK_THROWS_WITH(optimiser_named("sgdd"), Catch::Contains("Use one of: sgd, adam"));
}
