// ResNet-50 as torchvision defines it (He et al. 2016; torchvision/models/resnet.py, whose bottlenecks have their
// stride in the 3x3 convolution), in 18 units: the stem with its pooling, 16 bottlenecks, and average pool with
// classifier.
#include "layer_builders.hpp"
#include "named_networks.hpp"

namespace espalier::network {
namespace {

using namespace build;

LayerSpec conv(std::string name, std::int32_t outputs, std::int32_t kernel, std::int32_t stride) {
  LayerSpec layer = convolution(std::move(name), outputs, kernel, stride, kernel / 2, Init::he_normal_fan_out);
  layer.bias = false;
  return layer;
}

/// Gives four times `inner` channels.
UnitSpec bottleneck(std::string name, std::int32_t inner, std::int32_t stride, bool is_first) {
  LayerSpec add;
  add.kind = LayerKind::add;
  add.name = "block";
  add.branches = {{conv("conv1", inner, 1, 1), batch_norm("bn1"), relu(), conv("conv2", inner, 3, stride),
                   batch_norm("bn2"), relu(), conv("conv3", 4 * inner, 1, 1), batch_norm("bn3")},
                  {}};
  if (is_first) add.branches[1] = {conv("0", 4 * inner, 1, stride), batch_norm("1")};
  return {std::move(name), {add, relu()}};
}

}  // namespace

NetworkSpec resnet50(double width) {
  constexpr std::int32_t kBlocks[] = {3, 4, 6, 3};
  NetworkSpec network;
  network.units.push_back(
      {"stem", {conv("conv1", widened(64, width), 7, 2), batch_norm("bn1"), relu(), max_pool(3, 2, 1)}});
  for (std::int32_t stage = 1; stage <= 4; ++stage) {
    const std::int32_t inner = widened(32 << stage, width);
    for (std::int32_t i = 0; i < kBlocks[stage - 1]; ++i) {
      const std::string name = "layer" + std::to_string(stage) + "." + std::to_string(i);
      network.units.push_back(bottleneck(name, inner, i == 0 && stage > 1 ? 2 : 1, i == 0));
    }
  }
  network.units.push_back({"fc", {adaptive_average_pool(1), linear("fc", 0, Init::torch_default)}});
  return network;
}

}  // namespace espalier::network
