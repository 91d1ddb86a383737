// Holds the table of layers with their shape rules: a new kind is a row here, and one in src/model/unit_forward.cpp.
#include <algorithm>

#include "espalier/network/layers.hpp"
#include "layer_checks.hpp"
#include "shape_walk.hpp"

namespace espalier::network {

Margin margin_of(const LayerSpec& layer, std::int64_t side, std::int64_t kernel) {
  if (layer.padding != kSamePadding) return {layer.padding, layer.padding};
  const std::int64_t windows = (side + layer.stride - 1) / layer.stride;
  const std::int64_t both = std::max<std::int64_t>(0, (windows - 1) * layer.stride + kernel - side);
  return {both / 2, both - both / 2};
}

namespace {

/// Windows along one side, as PyTorch counts them: with ceil_mode the last window must start inside the input or its
/// left padding.
std::int64_t windows(std::int64_t side, const LayerSpec& layer, std::int64_t kernel) {
  if (layer.padding == kSamePadding) return (side + layer.stride - 1) / layer.stride;
  const std::int64_t room = side + std::int64_t{2} * layer.padding - kernel;
  if (room < 0) return 0;
  std::int64_t count = (room + (layer.ceil_mode ? layer.stride - 1 : 0)) / layer.stride + 1;
  if (layer.ceil_mode && (count - 1) * layer.stride >= side + layer.padding) --count;
  return count;
}

Shape slide(const LayerSpec& layer, const Shape& input, std::int32_t channels) {
  return {channels, static_cast<std::int32_t>(windows(input.height, layer, layer.kernel_h)),
          static_cast<std::int32_t>(windows(input.width, layer, layer.kernel_w))};
}

Shape convolution_shape(ShapeWalk& walk, const LayerSpec& layer, const Shape& input, const std::string& prefix) {
  const std::int32_t outputs = walk.outputs_of(layer);
  if (layer.groups < 1 || input.channels % layer.groups != 0 || outputs % layer.groups != 0) {
    walk.fail(layer, {std::to_string(layer.groups) + " groups do not divide its channels",
                      std::to_string(input.channels) + " in, " + std::to_string(outputs) + " out",
                      "Choose groups that divide both."});
  }
  const Shape output = slide(layer, input, outputs);
  walk.add_weight_and_bias(layer, walk.claim_name(layer, prefix),
                           {outputs, input.channels / layer.groups, layer.kernel_h, layer.kernel_w});
  walk.cost().multiply_adds += output.elements() * (input.channels / layer.groups) * layer.kernel_h * layer.kernel_w;
  return output;
}

Shape linear_shape(ShapeWalk& walk, const LayerSpec& layer, const Shape& input, const std::string& prefix) {
  const std::int32_t outputs = walk.outputs_of(layer);
  walk.add_weight_and_bias(layer, walk.claim_name(layer, prefix), {outputs, input.elements()});
  walk.cost().multiply_adds += input.elements() * outputs;
  return {outputs, 1, 1};
}

Shape pool_shape(ShapeWalk& walk, const LayerSpec& layer, const Shape& input, const std::string&) {
  if (2 * layer.padding > layer.kernel_h || 2 * layer.padding > layer.kernel_w) {
    walk.fail(layer, {"padding " + std::to_string(layer.padding) + " is too large",
                      "a window could lie in padding only", "Use at most half the kernel."});
  }
  return slide(layer, input, input.channels);
}

Shape fixed_shape(ShapeWalk&, const LayerSpec& layer, const Shape& input, const std::string&) {
  return {input.channels, layer.kernel_h, layer.kernel_w};
}

Shape batch_norm_shape(ShapeWalk& walk, const LayerSpec& layer, const Shape& input, const std::string& prefix) {
  walk.cost().has_batch_norm = true;
  walk.add_norm(layer, walk.claim_name(layer, prefix), input.channels);
  return input;
}

Shape dropout_shape(ShapeWalk& walk, const LayerSpec&, const Shape& input, const std::string&) {
  walk.cost().has_dropout = true;
  return input;
}

Shape join_shape(ShapeWalk& walk, const LayerSpec& layer, const Shape& input, const std::string& prefix) {
  const std::string name = walk.claim_name(layer, prefix);
  Shape joined;
  for (std::size_t i = 0; i < layer.branches.size(); ++i) {
    const Shape branch = walk.sequence(layer.branches[i], input, name + "." + std::to_string(i) + ".");
    if (i == 0) {
      joined = branch;
      continue;
    }
    const bool fits = branch.height == joined.height && branch.width == joined.width &&
                      (layer.kind == LayerKind::concatenate || branch.channels == joined.channels);
    if (!fits) {
      walk.fail(layer,
                {"branch " + std::to_string(i) + " gives " + text_of(branch), "branch 0 gives " + text_of(joined),
                 "Give branches equal strides and padding" +
                     std::string(layer.kind == LayerKind::add ? ", and equal outputs." : ".")});
    }
    if (layer.kind == LayerKind::concatenate) joined.channels += branch.channels;
  }
  return joined;
}

/// The branch gives the two rows of a 2 x 3 matrix, less those of the identity.
Shape transformer_shape(ShapeWalk& walk, const LayerSpec& layer, const Shape& input, const std::string& prefix) {
  constexpr std::int64_t kNumbers = 6;
  const std::string name = walk.claim_name(layer, prefix);
  if (layer.branches.size() != 1) {
    walk.fail(layer, {"it has " + std::to_string(layer.branches.size()) + " branches",
                      "one computes where pixels are taken from", "Give it one branch."});
  }
  const Shape map = walk.sequence(layer.branches.front(), input, name + ".0.");
  if (map.elements() == kNumbers) return input;
  walk.fail(layer, {"its branch gives " + text_of(map), "an affine map has six numbers",
                    "End the branch with a linear layer of outputs = 6."});
}

LayerSpec spec(LayerKind kind, Init init = Init::none) {
  LayerSpec defaults;
  defaults.kind = kind;
  defaults.init = init;
  return defaults;
}

LayerSpec dropping() {
  auto defaults = spec(LayerKind::dropout);
  defaults.probability = 0.5;
  return defaults;
}

LayerSpec responding() {
  auto defaults = spec(LayerKind::local_response_norm);
  defaults.size = 5;
  defaults.alpha = 1e-4;
  defaults.beta = 0.75;
  return defaults;
}

LayerRow pooling(LayerKind kind, const char* name) {
  LayerRow row{kind, name, LayerHolds::nothing, spec(kind)};
  row.has_kernel = row.stride_is_kernel = true;
  row.check = check_window;
  row.shape = pool_shape;
  return row;
}

LayerRow joining(LayerKind kind, const char* name) {
  LayerRow row{kind, name, LayerHolds::branches, spec(kind)};
  row.check = check_branches;
  row.shape = join_shape;
  return row;
}

}  // namespace

const std::vector<LayerRow>& layers() {
  using enum LayerKind;
  static const std::vector<LayerRow> rows = {
      {.kind = convolution,
       .name = "convolution",
       .holds = LayerHolds::weight,
       .defaults = spec(LayerKind::convolution, Init::he_normal_fan_in),
       .has_kernel = true,
       .check = check_window,
       .shape = convolution_shape},
      {.kind = LayerKind::linear,
       .name = "linear",
       .holds = LayerHolds::weight,
       .defaults = spec(LayerKind::linear, Init::he_normal_fan_in),
       .in_replicas = true,
       .shape = linear_shape},
      {.kind = relu, .name = "relu", .defaults = spec(relu), .in_replicas = true},
      pooling(max_pool, "max_pool"),
      pooling(average_pool, "average_pool"),
      {.kind = adaptive_average_pool,
       .name = "adaptive_average_pool",
       .defaults = spec(adaptive_average_pool),
       .has_kernel = true,
       .check = check_window,
       .shape = fixed_shape},
      {.kind = local_response_norm, .name = "local_response_norm", .defaults = responding(), .check = check_size},
      {.kind = LayerKind::batch_norm,
       .name = "batch_norm",
       .holds = LayerHolds::norm,
       .defaults = spec(LayerKind::batch_norm, Init::ones_zeros),
       .shape = batch_norm_shape},
      {.kind = LayerKind::dropout,
       .name = "dropout",
       .defaults = dropping(),
       .in_replicas = true,
       .check = check_probability,
       .shape = dropout_shape},
      joining(concatenate, "concatenate"),
      joining(add, "add"),
      {.kind = LayerKind::resize,
       .name = "resize",
       .defaults = spec(LayerKind::resize),
       .has_kernel = true,
       .check = check_window,
       .shape = fixed_shape},
      {.kind = LayerKind::spatial_transformer,
       .name = "spatial_transformer",
       .holds = LayerHolds::branches,
       .defaults = spec(LayerKind::spatial_transformer),
       .shape = transformer_shape},
  };
  return rows;
}

const LayerRow& row_of(LayerKind kind) { return layers().at(static_cast<std::size_t>(kind)); }

}  // namespace espalier::network
