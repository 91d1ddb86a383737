#pragma once
// The layers and units a network is made of, as plain values without tensors.
#include <cstdint>
#include <string>
#include <vector>

#include "espalier/frame/canonical.hpp"

namespace espalier::network {

/// The numbers of this and of Init are stored and form ids.
enum class LayerKind : std::uint8_t {
  convolution = 0,
  linear = 1,  ///< flattens its input
  relu = 2,
  max_pool = 3,
  average_pool = 4,
  adaptive_average_pool = 5,  ///< to (height, width) in kernel_h, kernel_w
  local_response_norm = 6,  ///< across channels (Krizhevsky et al. 2012); Caffe's alpha / size convention, as PyTorch's
  batch_norm = 7,
  dropout = 8,
  concatenate = 9,  ///< branches, joined along channels
  add = 10,         ///< branches, summed; an empty branch is the identity
  resize = 11,      ///< bilinear, to (height, width) in kernel_h, kernel_w; pixels are areas (align_corners = False)
  spatial_transformer = 12,  ///< samples where an affine map says, which its one branch computes less the identity
};
constexpr LayerKind last_known(LayerKind) { return LayerKind::spatial_transformer; }

/// How a layer's parameters are drawn.
enum class Init : std::uint8_t {
  none = 0,
  he_normal_fan_in = 1,   ///< normal, std sqrt(2 / fan_in); bias 0 (He et al. 2015)
  he_normal_fan_out = 2,  ///< normal, std sqrt(2 / fan_out); bias 0
  torch_default = 3,      ///< uniform +-1/sqrt(fan_in) for weight and bias (PyTorch's convolution and linear)
  gaussian = 4,           ///< normal, std `init_std`; bias `init_bias` (Caffe's fillers)
  ones_zeros = 5,         ///< batch norm: weight 1, bias 0, running mean 0, variance 1
};
constexpr Init last_known(Init) { return Init::ones_zeros; }

struct LayerSpec {
  LayerKind kind = LayerKind::relu;
  std::string
      name;  ///< parameter prefix inside the unit ("conv", "0"); unique within the unit for layers with parameters
  std::int32_t outputs = 0;  ///< channels or features; for the classifier: 0 means "the number of classes"
  std::int32_t kernel_h = 0, kernel_w = 0;
  std::int32_t stride = 1;
  std::int32_t padding = 0;
  std::int32_t groups = 1;
  bool bias = true;
  bool ceil_mode = false;  ///< pooling rounds up
  double probability = 0;  ///< of dropout
  std::int32_t size = 0;   ///< of local response norm
  double alpha = 0, beta = 0, k = 1;
  double epsilon = 1e-5, momentum = 0.1;  ///< of batch norm (PyTorch's convention)
  Init init = Init::none;
  double init_std = 0, init_bias = 0;
  std::vector<std::vector<LayerSpec>> branches;

  bool operator==(const LayerSpec&) const = default;

  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<1>("kind", kind) & frame::stored<2>("name", name) & frame::stored<3>("outputs", outputs) &
        frame::stored<4>("kernel_h", kernel_h) & frame::stored<5>("kernel_w", kernel_w) &
        frame::stored<6>("stride", stride) & frame::stored<7>("padding", padding) & frame::stored<8>("groups", groups) &
        frame::stored<9>("bias", bias) & frame::stored<10>("ceil_mode", ceil_mode) &
        frame::stored<11>("probability", probability) & frame::stored<12>("size", size) &
        frame::stored<13>("alpha", alpha) & frame::stored<14>("beta", beta) & frame::stored<15>("k", k) &
        frame::stored<16>("epsilon", epsilon) & frame::stored<17>("momentum", momentum) &
        frame::stored<18>("init", init) & frame::stored<19>("init_std", init_std) &
        frame::stored<20>("init_bias", init_bias) & frame::stored<21>("branches", branches);
  }
};

/// A unit: what is copied, frozen, re-initialised, tuned or swapped as a whole.
struct UnitSpec {
  std::string name;
  std::vector<LayerSpec> layers;
  bool operator==(const UnitSpec&) const = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<1>("name", name) & frame::stored<2>("layers", layers);
  }
};

/// Channels, height, width of an image or activation.
struct Shape {
  std::int32_t channels = 0, height = 0, width = 0;
  bool operator==(const Shape&) const = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<1>("channels", channels) & frame::stored<2>("height", height) &
        frame::stored<3>("width", width);
  }
  std::int64_t elements() const { return std::int64_t{1} * channels * height * width; }
};

/// Units 1..L. Independent of input shape and class count, which come with the data.
struct NetworkSpec {
  std::vector<UnitSpec> units;
  bool operator==(const NetworkSpec&) const = default;
  std::int32_t depth() const { return static_cast<std::int32_t>(units.size()); }
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<1>("units", units);
  }
};

}  // namespace espalier::network
