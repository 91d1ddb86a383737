// Checks kernels, strides, probabilities and other values of a layer, independently of its input.
#include "layer_checks.hpp"

#include "espalier/network/layer_names.hpp"
#include "espalier/network/layers.hpp"
#include "shape_walk.hpp"

namespace espalier::network {
namespace {

constexpr std::int32_t kLargest = 1 << 20;  // largest kernel, stride or number of outputs: products stay inside 64 bits

bool within(std::int32_t value, std::int32_t low) { return value >= low && value <= kLargest; }

}  // namespace

void check_window(const ShapeWalk& walk, const LayerSpec& layer) {
  if (!within(layer.kernel_h, 1) || !within(layer.kernel_w, 1)) {
    walk.fail(layer, {"its kernel is " + std::to_string(layer.kernel_h) + "x" + std::to_string(layer.kernel_w),
                      "both sides are at least 1", "Set kernel_h and kernel_w."});
  }
  if (!within(layer.stride, 1) || (!within(layer.padding, 0) && layer.padding != kSamePadding)) {
    walk.fail(layer,
              {"stride " + std::to_string(layer.stride) + ", padding " + std::to_string(layer.padding) + " cannot be",
               "a stride is at least 1, padding at least 0", "Correct them."});
  }
}

void check_probability(const ShapeWalk& walk, const LayerSpec& layer) {
  if (layer.probability >= 0 && layer.probability < 1) return;
  walk.fail(layer, {"probability " + std::to_string(layer.probability) + " cannot be", "it is at least 0, below 1",
                    "Set probability, 0.5 say."});
}

void check_size(const ShapeWalk& walk, const LayerSpec& layer) {
  if (within(layer.size, 1)) return;
  walk.fail(layer, {"size is " + std::to_string(layer.size), "it is at least 1", "Set size, 5 say."});
}

void check_branches(const ShapeWalk& walk, const LayerSpec& layer) {
  if (layer.branches.empty()) walk.fail(layer, {"it has no branches", "it joins branches", "List them."});
}

void check_common(const ShapeWalk& walk, const LayerSpec& layer) {
  if (!has_branches(layer.kind) && !layer.branches.empty()) {
    walk.fail(layer, {"it has branches", "only concatenate, add and spatial_transformer have",
                      "Remove them or change the kind."});
  }
  if (!within(layer.outputs, 0)) {
    walk.fail(layer, {"outputs is " + std::to_string(layer.outputs), "it is at least 0", "Correct it."});
  }
}

}  // namespace espalier::network
