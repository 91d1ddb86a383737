// Checks kernels, strides, probabilities and other values of a layer, independently of its input.
#include "espalier/network/layer_names.hpp"
#include "shape_walk.hpp"

namespace espalier::network {
namespace {

constexpr std::int32_t kLargest = 1 << 20;  // largest kernel, stride or number of outputs: products stay inside 64 bits

bool within(std::int32_t value, std::int32_t low) { return value >= low && value <= kLargest; }

}  // namespace

void ShapeWalk::check_window(const LayerSpec& layer) const {
  if (!within(layer.kernel_h, 1) || !within(layer.kernel_w, 1)) {
    fail(layer, "its kernel is " + std::to_string(layer.kernel_h) + "x" + std::to_string(layer.kernel_w),
         "both sides are at least 1", "Set kernel_h and kernel_w.");
  }
  if (!within(layer.stride, 1) || !within(layer.padding, 0)) {
    fail(layer, "stride " + std::to_string(layer.stride) + ", padding " + std::to_string(layer.padding) + " cannot be",
         "a stride is at least 1, padding at least 0", "Correct them.");
  }
}

void ShapeWalk::check_values(const LayerSpec& layer) const {
  switch (layer.kind) {
    case LayerKind::convolution:
    case LayerKind::max_pool:
    case LayerKind::average_pool:
    case LayerKind::adaptive_average_pool: check_window(layer); break;
    case LayerKind::dropout:
      if (!(layer.probability >= 0 && layer.probability < 1)) {
        fail(layer, "probability " + std::to_string(layer.probability) + " cannot be", "it is at least 0, below 1",
             "Set probability, 0.5 say.");
      }
      break;
    case LayerKind::local_response_norm:
      if (!within(layer.size, 1))
        fail(layer, "size is " + std::to_string(layer.size), "it is at least 1", "Set size, 5 say.");
      break;
    case LayerKind::concatenate:
    case LayerKind::add:
      if (layer.branches.empty()) fail(layer, "it has no branches", "it joins branches", "List them.");
      break;
    default: break;
  }
  if (!has_branches(layer.kind) && !layer.branches.empty()) {
    fail(layer, "it has branches", "only concatenate and add have", "Remove them or change the kind.");
  }
  if (!within(layer.outputs, 0)) {
    fail(layer, "outputs is " + std::to_string(layer.outputs), "it is at least 0", "Correct it.");
  }
}

}  // namespace espalier::network
