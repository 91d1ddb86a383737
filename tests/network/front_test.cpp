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
