#include "espalier/task/image_formats.hpp"

#include <catch2/catch.hpp>

using namespace espalier::task;

TEST_CASE("image formats: each finds its own row, by value and by name") {
  for (const auto& row : image_formats()) {
    CHECK(row_of(row.format).name == row.name);
    REQUIRE(image_format_named(row.name) != nullptr);
    CHECK(image_format_named(row.name)->format == row.format);
  }
}

TEST_CASE("image formats: an unknown one is none") { CHECK(image_format_named("tiff") == nullptr); }
