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
  CHECK(layers().back().kind == LayerKind::spatial_transformer);
}

TEST_CASE("layers: the same padding is what TensorFlow computes, the odd pixel behind") {
  LayerSpec layer;
  layer.padding = kSamePadding;
  layer.stride = 2;
  CHECK(margin_of(layer, 224, 7) == Margin{2, 3});
  CHECK(margin_of(layer, 225, 7) == Margin{3, 3});
  CHECK(margin_of(layer, 56, 3) == Margin{0, 1});
  CHECK(margin_of(layer, 7, 1) == Margin{0, 0});
  layer.padding = 2;
  CHECK(margin_of(layer, 224, 7) == Margin{2, 2});
}
