// Holds one unit's tensors: initialise, copy, restore, swap, and choose what is trained.
#include "unit.hpp"

#include <c10/core/GradMode.h>

#include "espalier/core/errors.hpp"
#include "espalier/core/seed.hpp"
#include "espalier/network/layers.hpp"
#include "initialise.hpp"

namespace espalier::model {
namespace {

using network::LayerKind;
using network::ParameterRole;
using network::ParameterSpec;

at::Tensor empty_value(const ParameterSpec& parameter) {
  const auto format = parameter.shape.size() == 4 ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
  return at::empty(parameter.shape, at::TensorOptions(at::kFloat).memory_format(format));
}

std::string shape_text(at::IntArrayRef sizes) {
  std::string text;
  for (const auto size : sizes) text += (text.empty() ? "[" : ", ") + std::to_string(size);
  return text.empty() ? "[]" : text + "]";
}

void assign(UnitTensor& to, const at::Tensor& from) {
  if (from.sizes() != to.value.sizes()) {
    throw UsageError("tensor '" + to.name + "' has shape " + shape_text(from.sizes()),
                     "this network's has " + shape_text(to.value.sizes()),
                     "Copy fewer units or use a source of the same form.");
  }
  to.value.copy_(from);
}

const at::Tensor* find(const data::TensorFile& file, const std::string& name) {
  for (const auto& [each, value] : file.tensors) {
    if (each == name) return &value;
  }
  return nullptr;
}

std::string scale_name(const std::string& weight_name) {
  return weight_name.substr(0, weight_name.size() - std::string("weight").size()) + "scale";
}

at::Tensor per_output(const at::Tensor& scale, const at::Tensor& weight) {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(weight.dim()), 1);
  shape[0] = -1;
  return scale.view(shape);
}

}  // namespace

Unit::Unit(const network::UnitSpec& spec, const network::UnitCost& cost)
    : name(spec.name),
      parameters_(cost.parameters),
      operations_(operations_of(spec)),
      scale_of_(cost.parameters.size(), kNoTensor),
      has_batch_norm_(cost.has_batch_norm) {
  for (const auto& parameter : parameters_) {
    const bool norm = network::row_of(parameter.layer).holds == network::LayerHolds::norm;
    const bool shifts = parameter.role == ParameterRole::bias || (norm && parameter.role == ParameterRole::weight);
    tensors.push_back({name + "." + parameter.name, empty_value(parameter), parameter.is_buffer, shifts});
  }
  tune(task::Trained::all);
}

void Unit::reinitialise(std::uint64_t seed) {
  c10::NoGradGuard no_grad;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    tensors[i].value.copy_(draw_parameter(parameters_[i], derive(seed, i)));
  }
  reset_scales();
}

void Unit::copy(const data::TensorFile& from) {
  c10::NoGradGuard no_grad;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    assign(tensors[i], from.at(tensors[i].name));
    if (parameters_[i].role != ParameterRole::weight) continue;
    const at::Tensor* scale = find(from, scale_name(tensors[i].name));
    if (scale != nullptr) tensors[i].value.mul_(per_output(*scale, tensors[i].value));
  }
  reset_scales();
}

void Unit::restore(const data::TensorFile& from) {
  c10::NoGradGuard no_grad;
  for (auto& tensor : tensors) assign(tensor, from.at(tensor.name));
}

void Unit::reset_scales() {
  for (std::size_t i = parameters_.size(); i < tensors.size(); ++i) tensors[i].value.fill_(1);
}

void Unit::tune(task::Trained how) {
  trained = how;
  if (how == task::Trained::scale_shift && tensors.size() == parameters_.size()) add_scales(operations_);
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    auto& tensor = tensors[i];
    const bool is_scale = i >= parameters_.size();
    const bool on = how == task::Trained::scale_shift ? tensor.is_scale_shift
                                                      : how == task::Trained::all && !tensor.is_buffer && !is_scale;
    tensor.value.set_requires_grad(on);
  }
}

void Unit::to(at::Device device) {
  for (auto& tensor : tensors) {
    const bool on = tensor.value.requires_grad();
    tensor.value = tensor.value.detach().to(device).set_requires_grad(on);
  }
}

namespace {

void collect_dropouts(const std::vector<Operation>& operations, std::vector<std::int32_t>& places) {
  for (const auto& op : operations) {
    if (op.layer.kind == LayerKind::dropout && op.layer.probability > 0) places.push_back(op.index);
    for (const auto& branch : op.branches) collect_dropouts(branch, places);
  }
}

}  // namespace

std::vector<std::int32_t> Unit::dropouts() const {
  std::vector<std::int32_t> places;
  collect_dropouts(operations_, places);
  return places;
}

at::Tensor Unit::weight_of(const Operation& op) const {
  const auto& weight = tensors[static_cast<std::size_t>(op.weight)].value;
  const int scale = scale_of_[static_cast<std::size_t>(op.weight)];
  return scale == kNoTensor ? weight : weight * per_output(tensors[static_cast<std::size_t>(scale)].value, weight);
}

at::Tensor Unit::bias_of(const Operation& op) const {
  return op.bias == kNoTensor ? at::Tensor() : tensors[static_cast<std::size_t>(op.bias)].value;
}

void Unit::add_scales(const std::vector<Operation>& operations) {
  for (const auto& op : operations) {
    for (const auto& branch : op.branches) add_scales(branch);
    const bool scales = network::row_of(op.layer.kind).holds == network::LayerHolds::weight;
    if (!scales || (op.bias == kNoTensor && has_batch_norm_)) continue;
    const auto weight = static_cast<std::size_t>(op.weight);
    scale_of_[weight] = static_cast<int>(tensors.size());
    const std::string scale = scale_name(tensors[weight].name);
    tensors.push_back({scale, at::ones({tensors[weight].value.size(0)}, tensors[weight].value.options()), false, true});
  }
}

}  // namespace espalier::model
