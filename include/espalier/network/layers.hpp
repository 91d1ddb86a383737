#pragma once
// The kinds of layers, a row each: names, the study language's defaults, checks, shapes and costs, traits that other
// rooms ask for. How one computes is a row in src/model/unit_forward.cpp.
#include <string>
#include <vector>

#include "espalier/network/layer.hpp"

namespace espalier::network {

class ShapeWalk;

/// Branches may hold layers with branches of their own, this many times: whoever reads layers does so by recursion.
inline constexpr int kDeepestBranches = 16;

/// `padding` of a convolution or pool that is TensorFlow's "SAME": as many windows as side / stride, rounded up, and as
/// much padding as they need, the odd pixel behind the image. An average leaves padding out. (Stored as a number.)
inline constexpr std::int32_t kSamePadding = -1;

/// Pixels of padding along one side of an image, before and behind it.
struct Margin {
  std::int64_t before = 0, behind = 0;
  bool operator==(const Margin&) const = default;
};
/// Of a layer whose windows are `kernel` long, over `side` pixels.
Margin margin_of(const LayerSpec& layer, std::int64_t side, std::int64_t kernel);

/// What stands behind a layer's name in its unit.
enum class LayerHolds : std::uint8_t {
  nothing,
  weight,    ///< weight and bias, a row for each output
  norm,      ///< weight, bias, running mean and variance, one number a channel
  branches,  ///< layers of its own
};

struct LayerRow {
  LayerKind kind;
  std::string name;  ///< as study files spell it
  LayerHolds holds = LayerHolds::nothing;
  LayerSpec defaults;             ///< where a study file leaves a key out; its `kind` is set
  bool has_kernel = false;        ///< `kernel` is needed
  bool stride_is_kernel = false;  ///< `stride` defaults to the kernel
  bool in_replicas = false;       ///< a batched network of several trainings can hold it

  /// Throws UsageError where a value cannot be, whatever the input; null: any can.
  void (*check)(const ShapeWalk& walk, const LayerSpec& layer) = nullptr;
  /// The output's shape; notes parameters and multiply-adds with `walk`. Null: the input's shape, at no cost.
  Shape (*shape)(ShapeWalk& walk, const LayerSpec& layer, const Shape& input, const std::string& prefix) = nullptr;
};

/// In the order of the enumeration.
const std::vector<LayerRow>& layers();
const LayerRow& row_of(LayerKind kind);

}  // namespace espalier::network
