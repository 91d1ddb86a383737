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

/// Beside the weight of that name: "conv1.conv.weight" -> "conv1.conv.shift".
std::string beside(const std::string& weight_name, const std::string& what) {
  return weight_name.substr(0, weight_name.size() - std::string("weight").size()) + what;
}

/// What the scales of that weight add to 1: a number for each kernel of a convolution, [outputs, inputs, 1, 1], or for
/// each output of a linear layer, [outputs, 1].
at::Tensor no_change(const at::Tensor& weight) {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(weight.dim()), 1);
  shape[0] = weight.size(0);
  if (weight.dim() == 4) shape[1] = weight.size(1);
  return at::zeros(shape, weight.options());
}

}  // namespace

Unit::Unit(const network::UnitSpec& spec, const network::UnitCost& cost)
    : name(spec.name),
      parameters_(cost.parameters),
      operations_(operations_of(spec)),
      change_of_(cost.parameters.size(), kNoTensor),
      shift_of_(cost.parameters.size(), kNoTensor) {
  for (const auto& parameter : parameters_) {
    const bool weighs = network::row_of(parameter.layer).holds == network::LayerHolds::weight;
    const bool shifts = weighs && parameter.role == ParameterRole::bias;
    tensors.push_back({name + "." + parameter.name, empty_value(parameter), parameter.is_buffer, shifts});
  }
  tune(task::Trained::all);
}

void Unit::reinitialise(std::uint64_t seed) {
  c10::NoGradGuard no_grad;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    tensors[i].value.copy_(draw_parameter(parameters_[i], derive(seed, i)));
  }
  reset_additions();
}

void Unit::copy(const data::TensorFile& from) {
  c10::NoGradGuard no_grad;
  reset_additions();
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    assign(tensors[i], from.at(tensors[i].name));
    if (parameters_[i].role != ParameterRole::weight) continue;
    const at::Tensor* change = find(from, beside(tensors[i].name, kScaleChange));
    if (change != nullptr) tensors[i].value.mul_(*change + 1);
  }
  adopt_shifts(operations_, from);
}

void Unit::restore(const data::TensorFile& from) {
  c10::NoGradGuard no_grad;
  adopt_shifts(operations_, from);
  for (auto& tensor : tensors) assign(tensor, from.at(tensor.name));
}

void Unit::reset_additions() {
  for (std::size_t i = parameters_.size(); i < tensors.size(); ++i) tensors[i].value.zero_();
}

void Unit::tune(task::Trained how) {
  trained = how;
  if (how == task::Trained::scale_shift) add_scales(operations_);
  for (auto& tensor : tensors) {
    const bool is_scale = tensor.name.ends_with(kScaleChange);
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
  const int change = change_of_[static_cast<std::size_t>(op.weight)];
  return change == kNoTensor ? weight : weight * (tensors[static_cast<std::size_t>(change)].value + 1);
}

at::Tensor Unit::bias_of(const Operation& op) const {
  const int bias = op.bias == kNoTensor ? shift_of_[static_cast<std::size_t>(op.weight)] : op.bias;
  return bias == kNoTensor ? at::Tensor() : tensors[static_cast<std::size_t>(bias)].value;
}

void Unit::add_shift(std::size_t weight) {
  if (shift_of_[weight] != kNoTensor) return;
  shift_of_[weight] = static_cast<int>(tensors.size());
  const at::Tensor& value = tensors[weight].value;
  tensors.push_back({beside(tensors[weight].name, kShift), at::zeros({value.size(0)}, value.options()), false, true});
}

void Unit::add_scales(const std::vector<Operation>& operations) {
  for (const auto& op : operations) {
    for (const auto& branch : op.branches) add_scales(branch);
    if (network::row_of(op.layer.kind).holds != network::LayerHolds::weight) continue;
    const auto weight = static_cast<std::size_t>(op.weight);
    if (op.bias == kNoTensor) add_shift(weight);
    if (change_of_[weight] != kNoTensor) continue;
    change_of_[weight] = static_cast<int>(tensors.size());
    tensors.push_back({beside(tensors[weight].name, kScaleChange), no_change(tensors[weight].value), false, true});
  }
}

void Unit::adopt_shifts(const std::vector<Operation>& operations, const data::TensorFile& from) {
  for (const auto& op : operations) {
    for (const auto& branch : op.branches) adopt_shifts(branch, from);
    if (network::row_of(op.layer.kind).holds != network::LayerHolds::weight || op.bias != kNoTensor) continue;
    const auto weight = static_cast<std::size_t>(op.weight);
    const at::Tensor* shift = find(from, beside(tensors[weight].name, kShift));
    if (shift == nullptr) continue;
    add_shift(weight);
    assign(tensors[static_cast<std::size_t>(shift_of_[weight])], *shift);
  }
}

}  // namespace espalier::model
