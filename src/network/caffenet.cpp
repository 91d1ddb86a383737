// CaffeNet, Caffe's reference model (bvlc_reference_caffenet/train_val.prototxt).
// It has grouped convolutions, local response normalisation after pooling, pooling that rounds up, gaussian fillers,
// and dropout on the output of units 6 and 7.
#include "layer_builders.hpp"
#include "named_networks.hpp"

namespace espalier::network {
namespace {

using namespace build;

struct Filler {
  double std, bias;
};

LayerSpec filled(LayerSpec layer, Filler filler) {
  layer.init = Init::gaussian;
  layer.init_std = filler.std;
  layer.init_bias = filler.bias;
  return layer;
}

LayerSpec grouped(LayerSpec layer) {
  layer.groups = 2;
  return layer;
}

LayerSpec pool() {
  LayerSpec layer = max_pool(3, 2);
  layer.ceil_mode = true;
  return layer;
}

LayerSpec norm() {
  LayerSpec layer;
  layer.kind = LayerKind::local_response_norm;
  layer.size = 5;
  layer.alpha = 1e-4;
  layer.beta = 0.75;
  return layer;
}

LayerSpec conv(std::int32_t outputs, std::int32_t kernel, std::int32_t stride, std::int32_t padding, double bias) {
  return filled(convolution("conv", outputs, kernel, stride, padding, Init::gaussian), {0.01, bias});
}

LayerSpec fully_connected(std::int32_t outputs, Filler filler) {
  return filled(linear("linear", outputs, Init::gaussian), filler);
}

}  // namespace

NetworkSpec caffenet(double width) {
  const auto w = [width](std::int32_t outputs) { return 2 * widened(outputs / 2, width); };  // even: two groups
  return {{
      {"conv1", {conv(w(96), 11, 4, 0, 0), relu(), pool(), norm()}},
      {"conv2", {grouped(conv(w(256), 5, 1, 2, 1)), relu(), pool(), norm()}},
      {"conv3", {conv(w(384), 3, 1, 1, 0), relu()}},
      {"conv4", {grouped(conv(w(384), 3, 1, 1, 1)), relu()}},
      {"conv5", {grouped(conv(w(256), 3, 1, 1, 1)), relu(), pool()}},
      {"fc6", {fully_connected(w(4096), {0.005, 1}), relu(), dropout(0.5)}},
      {"fc7", {fully_connected(w(4096), {0.005, 1}), relu(), dropout(0.5)}},
      {"fc8", {fully_connected(0, {0.01, 0})}},
  }};
}

}  // namespace espalier::network
