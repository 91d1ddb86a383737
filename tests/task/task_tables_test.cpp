#include <catch2/catch.hpp>

#include "espalier/core/errors.hpp"
#include "espalier/task/image_formats.hpp"
#include "espalier/task/optimisers.hpp"

using namespace espalier;
using namespace espalier::task;

TEST_CASE("tables: each optimiser and image format finds its own row, by value and by name") {
  for (const auto& row : optimisers()) {
    CHECK(row_of(row.kind).name == row.name);
    CHECK(optimiser_named(row.name) == row.kind);
  }
  for (const auto& row : image_formats()) {
    CHECK(row_of(row.format).name == row.name);
    REQUIRE(image_format_named(row.name) != nullptr);
    CHECK(image_format_named(row.name)->format == row.format);
  }
}

TEST_CASE("tables: an unknown optimiser is refused with the known ones, an unknown format is none") {
  CHECK_THROWS_WITH(optimiser_named("sgdd"), Catch::Contains("Use one of: sgd, adam"));
  CHECK(image_format_named("tiff") == nullptr);
}
