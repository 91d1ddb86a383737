#include "espalier/network/layers.hpp"

#include <catch2/catch.hpp>

#include "espalier/network/layer_names.hpp"

using namespace espalier::network;

TEST_CASE("layers: each kind finds its own row, by value and by name, and its defaults are of that kind") {
  for (const auto& row : layers()) {
    INFO(row.name);
    CHECK(row_of(row.kind).name == row.name);
    CHECK(parse_kind(row.name) == row.kind);
    CHECK(row.defaults.kind == row.kind);
  }
  CHECK(layers().back().kind == LayerKind::resize);
}
