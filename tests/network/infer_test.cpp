#include <catch2/catch.hpp>

#include "espalier/core/errors.hpp"
#include "espalier/network/layer_names.hpp"
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

TEST_CASE("layer names: every kind and initialisation is parsed from its name, others are refused with the list") {
  for (const auto& name : kind_names()) CHECK(name_of(parse_kind(name)) == name);
  for (const auto& name : init_names()) CHECK(name_of(parse_init(name)) == name);
  CHECK_THROWS_WITH(parse_kind("conv"), Contains("'conv'") && Contains("convolution, linear"));
}
