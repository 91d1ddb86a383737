// Follows an activation's shape through a unit; each kind of layer has its shape rule in layer_table.cpp.
#include "shape_walk.hpp"

#include "espalier/core/errors.hpp"
#include "espalier/network/layers.hpp"
#include "layer_checks.hpp"

namespace espalier::network {
namespace {

ParameterSpec parameter(const LayerSpec& layer, ParameterRole role, std::string name, std::vector<std::int64_t> shape) {
  ParameterSpec spec;
  spec.name = std::move(name);
  spec.shape = std::move(shape);
  spec.role = role;
  spec.is_buffer = role == ParameterRole::running_mean || role == ParameterRole::running_var;
  spec.layer = layer.kind;
  spec.init = layer.init;
  if (spec.init == Init::none)
    spec.init = row_of(layer.kind).holds == LayerHolds::norm ? Init::ones_zeros : Init::torch_default;
  spec.init_std = layer.init_std;
  spec.init_bias = layer.init_bias;
  return spec;
}

}  // namespace

std::string text_of(const Shape& shape) {
  return std::to_string(shape.channels) + "x" + std::to_string(shape.height) + "x" + std::to_string(shape.width);
}

void ShapeWalk::fail(const LayerSpec& layer, const Problem& problem) const {
  const std::string name = layer.name.empty() ? "" : " '" + layer.name + "'";
  throw UsageError("unit '" + unit_ + "', " + row_of(layer.kind).name + name + ": " + problem.problem, problem.why,
                   problem.suggestion);
}

Shape ShapeWalk::sequence(const std::vector<LayerSpec>& layers, const Shape& input, const std::string& prefix) {
  Shape shape = input;
  for (const auto& each : layers) shape = layer(each, shape, prefix);
  return shape;
}

Shape ShapeWalk::layer(const LayerSpec& layer, const Shape& input, const std::string& prefix) {
  const auto& row = row_of(layer.kind);
  if (row.check) row.check(*this, layer);
  check_common(*this, layer);
  const Shape output = row.shape ? row.shape(*this, layer, input, prefix) : input;
  if (output.height > 0 && output.width > 0) return output;
  fail(layer, {"input " + text_of(input) + " leaves nothing", "its window is larger than the image",
               "Use larger images, a smaller kernel or fewer pools."});
}

std::int32_t ShapeWalk::outputs_of(const LayerSpec& layer) const {
  if (layer.outputs > 0) return layer.outputs;
  if (classes_ == 0) {
    fail(layer,
         {"its outputs are not given", "only the last unit may leave them to the number of classes", "Set outputs."});
  }
  return classes_;
}

std::string ShapeWalk::claim_name(const LayerSpec& layer, const std::string& prefix) {
  if (layer.name.empty()) {
    fail(layer, {"the layer has no name", "its tensors are named after it", "Give it a name, unique in its unit."});
  }
  if (!names_.insert(prefix + layer.name).second) {
    fail(layer, {"the name occurs twice", "tensors are named after their layer", "Rename one."});
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

void ShapeWalk::add_norm(const LayerSpec& layer, const std::string& name, std::int64_t channels) {
  for (const auto& [role, suffix] : {std::pair{ParameterRole::weight, ".weight"},
                                     {ParameterRole::bias, ".bias"},
                                     {ParameterRole::running_mean, ".running_mean"},
                                     {ParameterRole::running_var, ".running_var"}}) {
    cost_.parameters.push_back(parameter(layer, role, name + suffix, {channels}));
  }
}

}  // namespace espalier::network
