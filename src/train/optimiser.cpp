// Updates each unit by ATen's fused SGD or Adam kernels, and saves and loads their buffers.
#include "espalier/train/optimiser.hpp"

#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/_fused_sgd.h>
#include <c10/core/GradMode.h>

#include "espalier/core/checks.hpp"
#include "espalier/task/optimisers.hpp"

namespace espalier::train {

namespace {

constexpr double kBeta1 = 0.9, kBeta2 = 0.999, kEpsilon = 1e-8;

/// The gradient with the strides of its tensor, because the fused kernels walk both in memory order.
at::Tensor gradient_like(const at::Tensor& value) {
  const at::Tensor& gradient = value.grad();
  ESPALIER_EXPECT(gradient.defined());
  if (gradient.strides() == value.strides()) return gradient;
  return at::empty_like(value).copy_(gradient);
}

}  // namespace

Optimiser::Optimiser(model::UnitNetwork& network, const task::TrainSpec& spec)
    : kind_(spec.optimiser), momentum_(spec.momentum), weight_decay_(spec.weight_decay) {
  const std::size_t kept = task::row_of(kind_).buffers.size();
  for (std::int32_t u = 1; u <= network.depth(); ++u) {
    Unit unit{static_cast<std::size_t>(u - 1), {}, {}, std::vector<std::vector<at::Tensor>>(kept)};
    for (auto& tensor : network.tensors(u)) {
      if (tensor.is_buffer || !tensor.value.requires_grad()) continue;
      unit.names.push_back(tensor.name);
      unit.values.push_back(tensor.value);
      for (auto& buffer : unit.buffers) buffer.push_back(at::zeros_like(tensor.value.detach()));
    }
    if (!unit.values.empty()) units_.push_back(std::move(unit));
  }
}

void Optimiser::step(const std::vector<float>& rates, std::int64_t step_index) {
  if (units_.empty()) return;
  at::Tensor step;
  if (task::row_of(kind_).counts_steps) {
    const auto number = at::TensorOptions(at::kFloat).device(units_.front().values.front().device());
    step = at::full({}, static_cast<double>(step_index + 1), number);
  }
  update_all([&](std::size_t unit) { return static_cast<double>(rates.at(unit)); }, step);
}

void Optimiser::step(const at::Tensor& rates, const at::Tensor& step) {
  update_all([&](std::size_t unit) { return rates[static_cast<std::int64_t>(unit)]; }, step);
}

void Optimiser::reset() {
  const c10::NoGradGuard no_grad;
  for (auto& buffer : buffers()) buffer.value.zero_();
}

/// `rate_of` a unit: a number, or a tensor where the network is. LibTorch refuses buffers where there is no momentum.
/// A new optimiser is a case here, and a row in src/task/optimisers.cpp.
template <class RateOf>
void Optimiser::update_all(const RateOf& rate_of, const at::Tensor& step) {
  const c10::NoGradGuard no_grad;
  for (auto& unit : units_) {
    std::vector<at::Tensor> values, gradients;
    for (const auto& value : unit.values) {
      values.push_back(value.detach());
      gradients.push_back(gradient_like(value));
    }
    const auto rate = rate_of(unit.index);
    switch (kind_) {
      case task::OptimiserKind::sgd: {
        // Buffers begin as zeros, so that the first step gives buf = d without a case of its own.
        const bool has_momentum = momentum_ != 0;
        at::_fused_sgd_(values, gradients, has_momentum ? unit.buffers[0] : std::vector<at::Tensor>(), weight_decay_,
                        momentum_, rate, /*dampening=*/0, /*nesterov=*/false, /*maximize=*/false,
                        /*is_first_step=*/false);
        break;
      }
      case task::OptimiserKind::adam: {
        const std::vector<at::Tensor> steps(values.size(), step);
        at::_fused_adam_(values, gradients, unit.buffers[0], unit.buffers[1], {}, steps, rate, kBeta1, kBeta2,
                         weight_decay_, kEpsilon, /*amsgrad=*/false, /*maximize=*/false);
        break;
      }
    }
    for (auto& value : unit.values) value.mutable_grad().reset();
  }
}

std::vector<Optimiser::Buffer> Optimiser::buffers() const {
  const auto& names = task::row_of(kind_).buffers;
  std::vector<Buffer> all;
  for (const auto& unit : units_) {
    for (std::size_t i = 0; i < unit.names.size(); ++i) {
      for (std::size_t b = 0; b < names.size(); ++b) all.push_back({names[b] + unit.names[i], unit.buffers[b][i]});
    }
  }
  return all;
}

data::NamedTensors Optimiser::state() const {
  data::NamedTensors tensors;
  for (const auto& buffer : buffers())
    tensors.emplace_back(buffer.name, buffer.value.cpu().clone(at::MemoryFormat::Contiguous));
  return tensors;
}

void Optimiser::load(const data::TensorFile& from) {
  for (auto& buffer : buffers()) buffer.value.copy_(from.at(buffer.name));
}

}  // namespace espalier::train
