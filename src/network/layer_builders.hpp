#pragma once
// Builder functions for the layers of the named networks.
#include <cmath>
#include <string>
#include <utility>

#include "espalier/network/layer.hpp"

namespace espalier::network::build {

inline LayerSpec convolution(std::string name, std::int32_t outputs, std::int32_t kernel, std::int32_t stride,
                             std::int32_t padding, Init init) {
  LayerSpec layer;
  layer.kind = LayerKind::convolution;
  layer.name = std::move(name);
  layer.outputs = outputs;
  layer.kernel_h = layer.kernel_w = kernel;
  layer.stride = stride;
  layer.padding = padding;
  layer.init = init;
  return layer;
}

/// outputs = 0: the number of classes.
inline LayerSpec linear(std::string name, std::int32_t outputs, Init init) {
  LayerSpec layer;
  layer.kind = LayerKind::linear;
  layer.name = std::move(name);
  layer.outputs = outputs;
  layer.init = init;
  return layer;
}

inline LayerSpec relu() { return {}; }

inline LayerSpec max_pool(std::int32_t kernel, std::int32_t stride, std::int32_t padding = 0) {
  LayerSpec layer;
  layer.kind = LayerKind::max_pool;
  layer.kernel_h = layer.kernel_w = kernel;
  layer.stride = stride;
  layer.padding = padding;
  return layer;
}

inline LayerSpec adaptive_average_pool(std::int32_t side) {
  LayerSpec layer;
  layer.kind = LayerKind::adaptive_average_pool;
  layer.kernel_h = layer.kernel_w = side;
  return layer;
}

inline LayerSpec dropout(double probability) {
  LayerSpec layer;
  layer.kind = LayerKind::dropout;
  layer.probability = probability;
  return layer;
}

inline LayerSpec batch_norm(std::string name) {
  LayerSpec layer;
  layer.kind = LayerKind::batch_norm;
  layer.name = std::move(name);
  layer.init = Init::ones_zeros;
  return layer;
}

/// Outputs of a layer at `width`; at least one.
inline std::int32_t widened(std::int32_t outputs, double width) {
  return std::max<std::int32_t>(1, static_cast<std::int32_t>(std::lround(outputs * width)));
}

}  // namespace espalier::network::build
