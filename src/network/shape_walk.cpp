// Computes each layer's output shape, parameters and multiply-adds.
#include "shape_walk.hpp"

#include "espalier/core/errors.hpp"
#include "espalier/network/layer_names.hpp"

namespace espalier::network {
namespace {

/// Windows along one side, as PyTorch counts them: with ceil_mode the last window must start inside the input or its
/// left padding.
std::int64_t windows(std::int64_t side, const LayerSpec& layer, std::int64_t kernel) {
  const std::int64_t room = side + 2 * layer.padding - kernel;
  if (room < 0) return 0;
  std::int64_t count = (room + (layer.ceil_mode ? layer.stride - 1 : 0)) / layer.stride + 1;
  if (layer.ceil_mode && (count - 1) * layer.stride >= side + layer.padding) --count;
  return count;
}

Shape slide(const LayerSpec& layer, const Shape& input, std::int32_t channels) {
  return {channels, static_cast<std::int32_t>(windows(input.height, layer, layer.kernel_h)),
          static_cast<std::int32_t>(windows(input.width, layer, layer.kernel_w))};
}

ParameterSpec parameter(const LayerSpec& layer, ParameterRole role, std::string name, std::vector<std::int64_t> shape) {
  ParameterSpec spec;
  spec.name = std::move(name);
  spec.shape = std::move(shape);
  spec.role = role;
  spec.is_buffer = role == ParameterRole::running_mean || role == ParameterRole::running_var;
  spec.layer = layer.kind;
  spec.init = layer.init;
  if (spec.init == Init::none) spec.init = layer.kind == LayerKind::batch_norm ? Init::ones_zeros : Init::torch_default;
  spec.init_std = layer.init_std;
  spec.init_bias = layer.init_bias;
  return spec;
}

}  // namespace

std::string text_of(const Shape& shape) {
  return std::to_string(shape.channels) + "x" + std::to_string(shape.height) + "x" + std::to_string(shape.width);
}

void ShapeWalk::fail(const LayerSpec& layer, const std::string& problem, const std::string& why,
                     const std::string& suggestion) const {
  const std::string name = layer.name.empty() ? "" : " '" + layer.name + "'";
  throw UsageError("unit '" + unit_ + "', " + name_of(layer.kind) + name + ": " + problem, why, suggestion);
}

Shape ShapeWalk::sequence(const std::vector<LayerSpec>& layers, const Shape& input, const std::string& prefix) {
  Shape shape = input;
  for (const auto& each : layers) shape = layer(each, shape, prefix);
  return shape;
}

Shape ShapeWalk::layer(const LayerSpec& layer, const Shape& input, const std::string& prefix) {
  check_values(layer);
  Shape output = input;
  switch (layer.kind) {
    case LayerKind::convolution: output = convolution(layer, input, prefix); break;
    case LayerKind::linear: output = linear(layer, input, prefix); break;
    case LayerKind::max_pool:
    case LayerKind::average_pool: output = pool(layer, input); break;
    case LayerKind::adaptive_average_pool: output = {input.channels, layer.kernel_h, layer.kernel_w}; break;
    case LayerKind::batch_norm: output = batch_norm(layer, input, prefix); break;
    case LayerKind::concatenate:
    case LayerKind::add: output = join(layer, input, prefix); break;
    case LayerKind::dropout: cost_.has_dropout = true; break;
    case LayerKind::relu:
    case LayerKind::local_response_norm: break;
  }
  if (output.height > 0 && output.width > 0) return output;
  fail(layer, "input " + text_of(input) + " leaves nothing", "its window is larger than the image",
       "Use larger images, a smaller kernel or fewer pools.");
}

Shape ShapeWalk::convolution(const LayerSpec& layer, const Shape& input, const std::string& prefix) {
  const std::int32_t outputs = outputs_of(layer);
  if (layer.groups < 1 || input.channels % layer.groups != 0 || outputs % layer.groups != 0) {
    fail(layer, std::to_string(layer.groups) + " groups do not divide its channels",
         std::to_string(input.channels) + " in, " + std::to_string(outputs) + " out",
         "Choose groups that divide both.");
  }
  const Shape output = slide(layer, input, outputs);
  add_weight_and_bias(layer, claim_name(layer, prefix),
                      {outputs, input.channels / layer.groups, layer.kernel_h, layer.kernel_w});
  cost_.multiply_adds += output.elements() * (input.channels / layer.groups) * layer.kernel_h * layer.kernel_w;
  return output;
}

Shape ShapeWalk::linear(const LayerSpec& layer, const Shape& input, const std::string& prefix) {
  const std::int32_t outputs = outputs_of(layer);
  add_weight_and_bias(layer, claim_name(layer, prefix), {outputs, input.elements()});
  cost_.multiply_adds += input.elements() * outputs;
  return {outputs, 1, 1};
}

Shape ShapeWalk::pool(const LayerSpec& layer, const Shape& input) const {
  if (2 * layer.padding > layer.kernel_h || 2 * layer.padding > layer.kernel_w) {
    fail(layer, "padding " + std::to_string(layer.padding) + " is too large", "a window could lie in padding only",
         "Use at most half the kernel.");
  }
  return slide(layer, input, input.channels);
}

Shape ShapeWalk::batch_norm(const LayerSpec& layer, const Shape& input, const std::string& prefix) {
  cost_.has_batch_norm = true;
  const std::string name = claim_name(layer, prefix);
  for (const auto& [role, suffix] : {std::pair{ParameterRole::weight, ".weight"},
                                     {ParameterRole::bias, ".bias"},
                                     {ParameterRole::running_mean, ".running_mean"},
                                     {ParameterRole::running_var, ".running_var"}}) {
    cost_.parameters.push_back(parameter(layer, role, name + suffix, {input.channels}));
  }
  return input;
}

Shape ShapeWalk::join(const LayerSpec& layer, const Shape& input, const std::string& prefix) {
  const std::string name = claim_name(layer, prefix);
  Shape joined;
  for (std::size_t i = 0; i < layer.branches.size(); ++i) {
    const Shape branch = sequence(layer.branches[i], input, name + "." + std::to_string(i) + ".");
    if (i == 0) {
      joined = branch;
      continue;
    }
    const bool fits = branch.height == joined.height && branch.width == joined.width &&
                      (layer.kind == LayerKind::concatenate || branch.channels == joined.channels);
    if (!fits) {
      fail(layer, "branch " + std::to_string(i) + " gives " + text_of(branch), "branch 0 gives " + text_of(joined),
           "Give branches equal strides and padding" +
               std::string(layer.kind == LayerKind::add ? ", and equal outputs." : "."));
    }
    if (layer.kind == LayerKind::concatenate) joined.channels += branch.channels;
  }
  return joined;
}

std::int32_t ShapeWalk::outputs_of(const LayerSpec& layer) const {
  if (layer.outputs > 0) return layer.outputs;
  if (classes_ == 0) {
    fail(layer, "its outputs are not given", "only the last unit may leave them to the number of classes",
         "Set outputs.");
  }
  return classes_;
}

std::string ShapeWalk::claim_name(const LayerSpec& layer, const std::string& prefix) {
  if (layer.name.empty()) {
    fail(layer, "the layer has no name", "its tensors are named after it", "Give it a name, unique in its unit.");
  }
  if (!names_.insert(prefix + layer.name).second) {
    fail(layer, "the name occurs twice", "tensors are named after their layer", "Rename one.");
  }
  return prefix + layer.name;
}

void ShapeWalk::add_weight_and_bias(const LayerSpec& layer, const std::string& name,
                                    std::vector<std::int64_t> weight_shape) {
  const std::int64_t outputs = weight_shape[0];
  ParameterSpec weight = parameter(layer, ParameterRole::weight, name + ".weight", std::move(weight_shape));
  weight.fan_in = weight.elements() / outputs;
  weight.fan_out = weight.elements() / weight.shape[1];
  ParameterSpec bias = parameter(layer, ParameterRole::bias, name + ".bias", {outputs});
  bias.fan_in = weight.fan_in;
  bias.fan_out = weight.fan_out;
  cost_.parameters.push_back(std::move(weight));
  if (layer.bias) cost_.parameters.push_back(std::move(bias));
}

}  // namespace espalier::network
