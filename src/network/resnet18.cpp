// ResNet-18 as torchvision defines it (He et al. 2016; torchvision/models/resnet.py), in 10 units.
// The units are the stem with its pooling, 8 basic blocks, and average pool with classifier. A block is one `add` of
// its two convolutions and its shortcut (empty: the identity), then ReLU.
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

UnitSpec basic_block(std::string name, std::int32_t outputs, std::int32_t stride, bool downsample) {
  LayerSpec add;
  add.kind = LayerKind::add;
  add.name = "block";
  add.branches = {
      {conv("conv1", outputs, 3, stride), batch_norm("bn1"), relu(), conv("conv2", outputs, 3, 1), batch_norm("bn2")},
      {}};
  if (downsample) add.branches[1] = {conv("0", outputs, 1, stride), batch_norm("1")};
  return {std::move(name), {add, relu()}};
}

}  // namespace

NetworkSpec resnet18(double width) {
  const auto w = [width](std::int32_t outputs) { return widened(outputs, width); };
  NetworkSpec network;
  network.units.push_back({"stem", {conv("conv1", w(64), 7, 2), batch_norm("bn1"), relu(), max_pool(3, 2, 1)}});
  for (std::int32_t stage = 1; stage <= 4; ++stage) {
    const std::int32_t outputs = w(32 << stage);
    const std::string name = "layer" + std::to_string(stage);
    network.units.push_back(basic_block(name + ".0", outputs, stage == 1 ? 1 : 2, stage > 1));
    network.units.push_back(basic_block(name + ".1", outputs, 1, false));
  }
  network.units.push_back({"fc", {adaptive_average_pool(1), linear("fc", 0, Init::torch_default)}});
  return network;
}

}  // namespace espalier::network
