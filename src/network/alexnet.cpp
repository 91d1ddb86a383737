// AlexNet as torchvision defines it (torchvision/models/alexnet.py, after Krizhevsky 2014, "One weird trick").
// Layers start with PyTorch's defaults, and dropout drops the input of units 6 and 7.
#include "layer_builders.hpp"
#include "named_networks.hpp"

namespace espalier::network {
namespace {

using namespace build;

LayerSpec conv(std::int32_t outputs, std::int32_t kernel, std::int32_t stride, std::int32_t padding) {
  return convolution("conv", outputs, kernel, stride, padding, Init::torch_default);
}

LayerSpec fully_connected(std::int32_t outputs) { return linear("linear", outputs, Init::torch_default); }

}  // namespace

NetworkSpec alexnet(double width) {
  const auto w = [width](std::int32_t outputs) { return widened(outputs, width); };
  return {{
      {"conv1", {conv(w(64), 11, 4, 2), relu(), max_pool(3, 2)}},
      {"conv2", {conv(w(192), 5, 1, 2), relu(), max_pool(3, 2)}},
      {"conv3", {conv(w(384), 3, 1, 1), relu()}},
      {"conv4", {conv(w(256), 3, 1, 1), relu()}},
      {"conv5", {conv(w(256), 3, 1, 1), relu(), max_pool(3, 2), adaptive_average_pool(6)}},
      {"fc6", {dropout(0.5), fully_connected(w(4096)), relu()}},
      {"fc7", {dropout(0.5), fully_connected(w(4096)), relu()}},
      {"fc8", {fully_connected(0)}},
  }};
}

}  // namespace espalier::network
