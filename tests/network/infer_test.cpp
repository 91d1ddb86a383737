// Shapes, parameters and multiply-adds of a network's units, and what does not fit.
#include <catch2/catch.hpp>

#include "espalier/core/errors.hpp"
#include "espalier/network/layers.hpp"
#include "espalier/network/networks.hpp"

using namespace espalier;
using namespace espalier::network;
using Catch::Matchers::Contains;

namespace {

LayerSpec conv(std::string name, std::int32_t outputs, std::int32_t kernel) {
  LayerSpec layer;
  layer.kind = LayerKind::convolution;
  layer.name = std::move(name);
  layer.outputs = outputs;
  layer.kernel_h = layer.kernel_w = kernel;
  return layer;
}

LayerSpec pool(std::int32_t kernel, std::int32_t stride, bool ceil_mode) {
  LayerSpec layer;
  layer.kind = LayerKind::max_pool;
  layer.kernel_h = layer.kernel_w = kernel;
  layer.stride = stride;
  layer.ceil_mode = ceil_mode;
  return layer;
}

LayerSpec classifier() {
  LayerSpec layer;
  layer.kind = LayerKind::linear;
  layer.name = "linear";
  return layer;
}

NetworkSpec one_unit(std::vector<LayerSpec> layers) {
  return {{{"first", std::move(layers)}, {"last", {classifier()}}}};
}

Shape first_output(const NetworkSpec& network, const Shape& input) { return infer(network, input, 5)[0].output; }

}  // namespace

TEST_CASE("infer: pooling that rounds up keeps a last partial window, never one that starts in the right padding") {
  CHECK(first_output(one_unit({pool(3, 2, false)}), {1, 6, 6}).height == 2);
  CHECK(first_output(one_unit({pool(3, 2, true)}), {1, 6, 6}).height == 3);
  CHECK(first_output(one_unit({pool(2, 3, true)}), {1, 3, 3}).height == 1);
}

TEST_CASE("infer: padding that is the same leaves side / stride windows, rounded up") {
  LayerSpec layer = conv("conv", 2, 3);
  layer.padding = kSamePadding;
  for (const std::int32_t side : {1, 2, 5, 6, 7, 224}) {
    for (const std::int32_t stride : {1, 2, 3}) {
      layer.stride = stride;
      CHECK(first_output(one_unit({layer}), {1, side, side}).width == (side + stride - 1) / stride);
    }
  }
  layer.padding = -2;
  CHECK_THROWS_WITH(first_output(one_unit({layer}), {1, 8, 8}), Contains("padding -2 cannot be"));
}

TEST_CASE("infer: branches join along channels") {
  LayerSpec join;
  join.kind = LayerKind::concatenate;
  join.name = "join";
  join.branches = {{conv("a", 3, 1)}, {conv("a", 4, 1)}};

  const auto costs = infer(one_unit({join}), {2, 8, 8}, 5);

  CHECK(costs[0].output == Shape{7, 8, 8});
  CHECK(costs[0].parameters[2].name == "join.1.a.weight");
}

TEST_CASE("infer: what does not fit is told with unit and layer") {
  const Shape image{3, 8, 8};
  LayerSpec grouped = conv("odd", 4, 1);
  grouped.groups = 2;
  LayerSpec sum;
  sum.kind = LayerKind::add;
  sum.name = "sum";
  sum.branches = {{conv("a", 4, 1)}, {}};

  CHECK_THROWS_WITH(infer(one_unit({conv("big", 4, 9)}), image, 5),
                    Contains("unit 'first'") && Contains("convolution 'big'") && Contains("3x8x8"));
  CHECK_THROWS_WITH(infer(one_unit({grouped}), image, 5), Contains("'odd'") && Contains("groups"));
  CHECK_THROWS_WITH(infer(one_unit({sum}), image, 5), Contains("add 'sum'") && Contains("3x8x8"));
  CHECK_THROWS_WITH(infer(one_unit({conv("a", 4, 1), conv("a", 4, 1)}), image, 5), Contains("name occurs twice"));
  CHECK_THROWS_WITH(infer(one_unit({conv("", 4, 1)}), image, 5), Contains("has no name"));
  CHECK_THROWS_WITH(infer(one_unit({conv("a", 0, 1)}), image, 5), Contains("outputs are not given"));
  CHECK_THROWS_WITH(infer({{{"only", {conv("a", 0, 1)}}}}, image, 5), Contains("320 values an image"));
  CHECK_THROWS_WITH(infer({}, image, 5), Contains("no units"));
  CHECK_THROWS_AS(infer(*named("alexnet"), {3, 32, 32}, 10), UsageError);
}

TEST_CASE("infer: AlexNet's activations and multiply-adds are those of torchvision at 224 pixels") {
  const auto costs = infer(*named("alexnet"), {3, 224, 224}, 1000);

  CHECK(costs[0].output == Shape{64, 27, 27});
  CHECK(costs[4].output == Shape{256, 6, 6});
  CHECK(costs[0].multiply_adds == std::int64_t{64} * 55 * 55 * 3 * 121);
  std::int64_t all = 0;
  for (const auto& cost : costs) all += cost.multiply_adds;
  CHECK(all == 714'188'480);
}

TEST_CASE("infer: CaffeNet's pooling rounds up and its dropouts are on units 6 and 7") {
  const auto costs = infer(*named("caffenet"), {3, 227, 227}, 1000);

  CHECK(costs[0].output == Shape{96, 27, 27});
  CHECK(costs[4].output == Shape{256, 6, 6});
  for (int unit = 1; unit <= 8; ++unit) CHECK(costs[unit - 1].has_dropout == (unit == 6 || unit == 7));
}

TEST_CASE("infer: a residual block names the tensors of both branches") {
  const auto costs = infer(*named("resnet18"), {3, 64, 64}, 10);

  std::vector<std::string> names;
  for (const auto& parameter : costs[3].parameters) {
    if (parameter.role == ParameterRole::weight) names.push_back(parameter.name);
  }
  CHECK(names == std::vector<std::string>{"block.0.conv1.weight", "block.0.bn1.weight", "block.0.conv2.weight",
                                          "block.0.bn2.weight", "block.1.0.weight", "block.1.1.weight"});
  CHECK(costs[3].has_batch_norm);
}
