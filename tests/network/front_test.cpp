#include "espalier/network/front.hpp"

#include <catch2/catch.hpp>

#include "espalier/network/networks.hpp"

using namespace espalier::network;

namespace {

LayerSpec conv(std::string name, std::int32_t outputs, std::int32_t kernel) {
  LayerSpec layer;
  layer.kind = LayerKind::convolution;
  layer.name = std::move(name);
  layer.outputs = outputs;
  layer.kernel_h = layer.kernel_w = kernel;
  layer.init = Init::he_normal_fan_in;
  return layer;
}

}  // namespace

TEST_CASE("front: its layers are one residual unit of the image's shape, whose last convolution starts at 0") {
  const NetworkSpec front{{{"a", {conv("0", 16, 1), {}}}, {"b", {conv("0", 0, 1)}}}}, small = *named("cifar7");

  const auto whole = with_front(front, small, 3);
  const auto costs = infer(whole, {3, 32, 32}, 10);

  REQUIRE(whole.depth() == 8);
  CHECK(whole.units[0].name == "front");
  CHECK(whole.units[1] == small.units[0]);
  CHECK(costs[0].output == Shape{3, 32, 32});
  REQUIRE(costs[0].parameters.size() == 4);
  CHECK(costs[0].parameters[0].name == "image.1.a_0.weight");
  CHECK(costs[0].parameters[2].name == "image.1.b_0.weight");
  CHECK(costs[0].parameters[2].shape == std::vector<std::int64_t>{3, 16, 1, 1});
  for (std::size_t i = 2; i < 4; ++i) {
    CHECK(costs[0].parameters[i].init == Init::gaussian);
    CHECK(costs[0].parameters[i].init_std == 0);
    CHECK(costs[0].parameters[i].init_bias == 0);
  }
  CHECK(costs[0].parameters[0].init == Init::he_normal_fan_in);
}

TEST_CASE("front: what has no last convolution cannot stand in front") {
  CHECK_FALSE(can_stand_in_front({}));
  CHECK_FALSE(can_stand_in_front({{{"a", {conv("0", 3, 1), {}}}}}));
  CHECK(can_stand_in_front({{{"a", {conv("0", 3, 1)}}, {"b", {}}}}));
}

TEST_CASE("front: a spatial transformer changes the image itself, and its map starts as the identity") {
  LayerSpec map, sampler;
  map.kind = LayerKind::linear;
  map.name = "map";
  map.outputs = 6;
  map.init = Init::torch_default;
  sampler.kind = LayerKind::spatial_transformer;
  sampler.name = "sampler";
  sampler.branches = {{conv("0", 4, 3), map}};
  const NetworkSpec front{{{"a", {sampler}}}}, small = *named("cifar7");
  REQUIRE(can_stand_in_front(front));

  const auto costs = infer(with_front(front, small, 3), {3, 32, 32}, 10);

  CHECK(costs[0].output == Shape{3, 32, 32});
  REQUIRE(costs[0].parameters.size() == 4);
  CHECK(costs[0].parameters[2].name == "a_sampler.0.map.weight");
  CHECK(costs[0].parameters[2].init_std == 0);
  CHECK(costs[0].parameters[2].init == Init::gaussian);
  auto wrong = front;
  wrong.units[0].layers[0].branches[0].back().outputs = 5;
  CHECK_THROWS_WITH(infer(with_front(wrong, small, 3), {3, 32, 32}, 10),
                    Catch::Contains("an affine map has six numbers"));
}
