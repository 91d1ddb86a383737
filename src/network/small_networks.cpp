// Our own small networks cifar7 and mnist4 (named by unit count as in Royer and Lampert 2020; sizes chosen here).
#include "layer_builders.hpp"
#include "named_networks.hpp"

namespace espalier::network {
namespace {

using namespace build;

LayerSpec conv(std::int32_t outputs, std::int32_t kernel) {
  return convolution("conv", outputs, kernel, 1, kernel / 2, Init::he_normal_fan_in);
}

LayerSpec fully_connected(std::int32_t outputs) { return linear("linear", outputs, Init::he_normal_fan_in); }

}  // namespace

NetworkSpec cifar7(double width) {
  const auto w = [width](std::int32_t outputs) { return widened(outputs, width); };
  return {{
      {"conv1", {conv(w(32), 3), relu(), max_pool(2, 2)}},
      {"conv2", {conv(w(64), 3), relu(), max_pool(2, 2)}},
      {"conv3", {conv(w(96), 3), relu()}},
      {"conv4", {conv(w(64), 3), relu()}},
      {"conv5", {conv(w(64), 3), relu(), max_pool(2, 2)}},
      {"fc6", {dropout(0.5), fully_connected(w(256)), relu()}},
      {"fc7", {dropout(0.5), fully_connected(0)}},
  }};
}

NetworkSpec mnist4(double width) {
  const auto w = [width](std::int32_t outputs) { return widened(outputs, width); };
  return {{
      {"conv1", {conv(w(32), 5), relu(), max_pool(2, 2)}},
      {"conv2", {conv(w(64), 5), relu(), max_pool(2, 2)}},
      {"fc3", {dropout(0.5), fully_connected(w(256)), relu()}},
      {"fc4", {fully_connected(0)}},
  }};
}

}  // namespace espalier::network
