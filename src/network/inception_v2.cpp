// Inception-v2, the batch-norm Inception, as TensorFlow's slim defines it (Ioffe and Szegedy 2015;
// tensorflow/models, research/slim/nets/inception_v2.py with its defaults), in the 13 units of Royer and Lampert 2020:
// two of plain convolutions with their pooling, the ten modules Mixed_3b to Mixed_5c, and pooling with the classifier.
// Two things differ: batch norm has a weight (slim's has none; it starts at 1), and what slim draws from a normal cut
// at two deviations is drawn from a normal of the same deviation (docs/models.md).
#include <algorithm>

#include "espalier/network/layers.hpp"
#include "layer_builders.hpp"
#include "named_networks.hpp"

namespace espalier::network {
namespace {

using namespace build;

constexpr double kCutDeviation = 0.8796;  // of a unit normal cut at two deviations
constexpr std::int32_t kFewestChannels = 16;

class Slim {
 public:
  explicit Slim(double width) : width_(width) {}

  /// Channels of a layer that has `outputs` at width 1: rounded down, no fewer than 16, as slim's depth_multiplier
  /// does.
  std::int32_t channels(std::int32_t outputs) const {
    return std::max(static_cast<std::int32_t>(outputs * width_), kFewestChannels);
  }

  LayerSpec conv(const std::string& name, std::int32_t outputs, std::int32_t kernel, std::int32_t stride = 1) const {
    LayerSpec layer =
        convolution(name, channels(outputs), kernel, stride, kernel == 1 ? 0 : kSamePadding, Init::he_normal_fan_in);
    layer.bias = false;
    return layer;
  }

  /// Convolution, batch norm, ReLU. `deviation` of the weights: slim's argument of trunc_normal; 0: He's.
  std::vector<LayerSpec> step(const std::string& place, LayerSpec conv, double deviation = 0) const {
    if (deviation > 0) {
      conv.init = Init::gaussian;
      conv.init_std = kCutDeviation * deviation;
    }
    LayerSpec norm = batch_norm("bn_" + place);
    norm.epsilon = 0.001;
    norm.momentum = 1 - 0.9997;
    conv.name = "conv_" + place;
    return {conv, norm, relu()};
  }

  std::vector<LayerSpec> point(const std::string& place, std::int32_t outputs, double deviation) const {
    return step(place, conv("", outputs, 1), deviation);
  }
  std::vector<LayerSpec> square(const std::string& place, std::int32_t outputs, std::int32_t stride = 1) const {
    return step(place, conv("", outputs, 3, stride));
  }

 private:
  double width_;
};

using Layers = std::vector<LayerSpec>;

Layers joined(const std::vector<Layers>& parts) {
  Layers all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

LayerSpec same_pool(LayerKind kind, std::int32_t stride) {
  LayerSpec layer = max_pool(3, stride, kSamePadding);
  layer.kind = kind;
  return layer;
}

UnitSpec module(std::string name, std::vector<Layers> branches) {
  LayerSpec join;
  join.kind = LayerKind::concatenate;
  join.name = "branch";
  join.branches = std::move(branches);
  return {std::move(name), {join}};
}

/// Outputs of a module's convolutions, branch by branch, in the order in which they are applied.
struct Widths {
  std::int32_t point, reduced, square, reduced_twice, square_twice, pooled;
};

constexpr double kReducing = 0.09, kAfterPool = 0.1;  // slim's deviations

/// A module that keeps the image's size.
UnitSpec keeping(const Slim& slim, std::string name, const Widths& w, LayerKind pool) {
  return module(std::move(name), {slim.point("0a", w.point, 0),
                                  joined({slim.point("0a", w.reduced, kReducing), slim.square("0b", w.square)}),
                                  joined({slim.point("0a", w.reduced_twice, kReducing),
                                          slim.square("0b", w.square_twice), slim.square("0c", w.square_twice)}),
                                  joined({{same_pool(pool, 1)}, slim.point("0b", w.pooled, kAfterPool)})});
}

/// A module that halves the image; its last branch pools alone.
UnitSpec halving(const Slim& slim, std::string name, const Widths& w) {
  return module(std::move(name), {joined({slim.point("0a", w.reduced, kReducing), slim.square("1a", w.square, 2)}),
                                  joined({slim.point("0a", w.reduced_twice, kReducing),
                                          slim.square("0b", w.square_twice), slim.square("1a", w.square_twice, 2)}),
                                  {same_pool(LayerKind::max_pool, 2)}});
}

/// A 7x7 convolution of each colour, eight or fewer outputs for each, and one of 1x1 over them; ReLU without batch
/// norm.
UnitSpec first_unit(const Slim& slim) {
  constexpr std::int32_t kColours = 3;
  const std::int32_t outputs = slim.channels(64), per_colour = std::min(outputs / kColours, 8);
  LayerSpec depthwise = convolution("depthwise", kColours * per_colour, 7, 2, kSamePadding, Init::gaussian);
  depthwise.groups = kColours;
  depthwise.bias = false;
  LayerSpec pointwise = convolution("pointwise", outputs, 1, 1, 0, Init::gaussian);
  depthwise.init_std = pointwise.init_std = kCutDeviation;
  return {"conv1", {depthwise, pointwise, relu(), same_pool(LayerKind::max_pool, 2)}};
}

}  // namespace

NetworkSpec inception_v2(double width) {
  const Slim slim(width);
  constexpr auto average = LayerKind::average_pool, maximum = LayerKind::max_pool;
  return {{
      first_unit(slim),
      {"conv2", joined({slim.point("2b", 64, kAfterPool), slim.square("2c", 192), {same_pool(maximum, 2)}})},
      keeping(slim, "mixed_3b", {64, 64, 64, 64, 96, 32}, average),
      keeping(slim, "mixed_3c", {64, 64, 96, 64, 96, 64}, average),
      halving(slim, "mixed_4a", {0, 128, 160, 64, 96, 0}),
      keeping(slim, "mixed_4b", {224, 64, 96, 96, 128, 128}, average),
      keeping(slim, "mixed_4c", {192, 96, 128, 96, 128, 128}, average),
      keeping(slim, "mixed_4d", {160, 128, 160, 128, 160, 96}, average),
      keeping(slim, "mixed_4e", {96, 128, 192, 160, 192, 96}, average),
      halving(slim, "mixed_5a", {0, 128, 192, 192, 256, 0}),
      keeping(slim, "mixed_5b", {352, 192, 320, 160, 224, 128}, average),
      keeping(slim, "mixed_5c", {352, 192, 320, 192, 224, 128}, maximum),
      {"logits", {adaptive_average_pool(1), dropout(0.2), linear("linear", 0, Init::he_normal_fan_in)}},
  }};
}

}  // namespace espalier::network
