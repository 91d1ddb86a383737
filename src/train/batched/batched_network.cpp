// Forward, loss, backward and SGD of fully connected layers with a replica dimension; adds, copies and drops replicas.
#include "train/batched/batched_network.hpp"

#include <ATen/ops/baddbmm.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/threshold_backward.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cmath>

#include "espalier/core/checks.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/model/dropout_mask.hpp"
#include "train/batched/replica_kernels.hpp"

namespace espalier::train {

using network::LayerKind;

BatchedNetwork::BatchedNetwork(const network::NetworkSpec& network, std::int32_t cached_units,
                               const task::TrainSpec& spec)
    : momentum_(spec.momentum), weight_decay_(spec.weight_decay) {
  for (std::int32_t u = cached_units + 1; u <= network.depth(); ++u) {
    const auto& unit = network.units[static_cast<std::size_t>(u - 1)];
    std::int32_t index = 0;
    for (const auto& layer : unit.layers) {
      Layer made;
      made.unit = u;
      made.index = index++;
      switch (layer.kind) {
        case LayerKind::linear: made.name = unit.name + "." + layer.name; break;
        case LayerKind::relu: made.kind = Kind::relu; break;
        case LayerKind::dropout:
          made.kind = Kind::dropout;
          made.probability = layer.probability;
          break;
        default:
          throw UsageError("unit '" + unit.name + "' cannot be trained in replicas", "not all of it is linear", "");
      }
      layers_.push_back(std::move(made));
    }
  }
}

namespace {

const at::Tensor& value_of(const data::NamedTensors& tensors, const std::string& name) {
  const auto found = std::find_if(tensors.begin(), tensors.end(), [&](const auto& one) { return one.first == name; });
  ESPALIER_EXPECT(found != tensors.end());
  return found->second;
}

void append_replica(at::Tensor& replicas, const at::Tensor& value, at::Device device) {
  const at::Tensor replica = value.detach().unsqueeze(0).contiguous().to(device);
  replicas = replicas.defined() ? at::cat({replicas, replica}) : replica.clone();
}

}  // namespace

void BatchedNetwork::append(const model::UnitNetwork& network, const Optimiser& optimiser) {
  const auto values = network.state(), buffers = optimiser.state();
  const at::Device device = network.device();
  for (Layer& layer : layers_) {
    if (layer.kind != Kind::linear) continue;
    append_replica(layer.weight, value_of(values, layer.name + ".weight"), device);
    append_replica(layer.bias, value_of(values, layer.name + ".bias"), device);
    append_replica(layer.weight_momentum, value_of(buffers, "momentum." + layer.name + ".weight"), device);
    append_replica(layer.bias_momentum, value_of(buffers, "momentum." + layer.name + ".bias"), device);
  }
}

void BatchedNetwork::select(const std::vector<std::int64_t>& from) {
  const at::Tensor index = at::tensor(from, at::kLong);
  for (Layer& layer : layers_) {
    for (auto* replicas : {&layer.weight, &layer.bias, &layer.weight_momentum, &layer.bias_momentum}) {
      if (replicas->defined()) *replicas = at::index_select(*replicas, 0, index.to(replicas->device()));
    }
    layer.input.reset();
  }
}

void BatchedNetwork::extract(std::int64_t replica, model::UnitNetwork& network, Optimiser& optimiser) const {
  data::TensorFile values{network.state(), {}, {}}, buffers{optimiser.state(), {}, {}};
  const auto put = [replica](data::NamedTensors& into, const std::string& name, const at::Tensor& replicas) {
    const auto found = std::find_if(into.begin(), into.end(), [&](const auto& one) { return one.first == name; });
    ESPALIER_EXPECT(found != into.end());
    found->second = replicas[replica];
  };
  for (const Layer& layer : layers_) {
    if (layer.kind != Kind::linear) continue;
    put(values.tensors, layer.name + ".weight", layer.weight);
    put(values.tensors, layer.name + ".bias", layer.bias);
    put(buffers.tensors, "momentum." + layer.name + ".weight", layer.weight_momentum);
    put(buffers.tensors, "momentum." + layer.name + ".bias", layer.bias_momentum);
  }
  network.restore(values);
  optimiser.load(buffers);
}

/// [replicas, n, features]; replicas of one stream share their draw.
at::Tensor BatchedNetwork::masks(const Layer& layer, const at::Tensor& x, const std::vector<ReplicaStep>& steps) const {
  std::map<std::uint64_t, at::Tensor> drawn;
  std::vector<at::Tensor> replicas;
  for (const auto& step : steps) {
    const auto seed = model::mask_seed(step.key, layer.unit, layer.index);
    at::Tensor& mask = drawn[seed];
    if (!mask.defined()) mask = model::dropout_mask(0, x.size(1), x.size(2), layer.probability, seed, x.device());
    replicas.push_back(mask);
  }
  return drawn.size() == 1 ? drawn.begin()->second.unsqueeze(0) : at::stack(replicas);
}

at::Tensor BatchedNetwork::forward(const at::Tensor& inputs, const std::vector<ReplicaStep>& steps) {
  const c10::NoGradGuard no_grad;
  at::Tensor x = inputs;
  for (Layer& layer : layers_) {
    switch (layer.kind) {
      case Kind::linear:
        layer.input = x;
        x = at::baddbmm(layer.bias.unsqueeze(1), x, layer.weight.transpose(1, 2));
        break;
      case Kind::relu: x = layer.input = at::relu(x); break;
      case Kind::dropout:
        if (layer.probability == 0) break;
        layer.input = masks(layer, x, steps);
        x = x * layer.input;
        break;
    }
  }
  return x;
}

std::vector<double> BatchedNetwork::losses(const at::Tensor& logits, const std::vector<at::Tensor>& labels) {
  const c10::NoGradGuard no_grad;
  gradient_ = at::log_softmax(logits, -1);
  std::vector<double> losses;
  if (!logits.is_cpu()) losses = cross_entropies_to_gradient(gradient_, labels);
  for (std::int64_t replica = 0; logits.is_cpu() && replica < logits.size(0); ++replica) {
    const at::Tensor own = gradient_[replica];
    losses.push_back(cross_entropy_to_gradient(own, labels[static_cast<std::size_t>(replica)]));
  }
  finite_.clear();
  for (const double loss : losses) finite_.push_back(std::isfinite(loss));
  return losses;
}

void BatchedNetwork::update(const std::vector<ReplicaStep>& steps) {
  const c10::NoGradGuard no_grad;
  const auto first_linear =
      std::find_if(layers_.begin(), layers_.end(), [](const Layer& l) { return l.kind == Kind::linear; });
  at::Tensor gradient = std::move(gradient_);
  for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer) {
    switch (layer->kind) {
      case Kind::linear: {
        const bool is_first = &*layer == &*first_linear;
        const at::Tensor below = is_first ? at::Tensor() : at::bmm(gradient, layer->weight);
        update_linear(*layer, gradient, steps);
        if (is_first) return;
        gradient = below;
        break;
      }
      case Kind::relu: gradient = at::threshold_backward(gradient, layer->input, 0); break;
      case Kind::dropout:
        if (layer->probability > 0) gradient = gradient * layer->input;
        break;
    }
  }
}

void BatchedNetwork::update_linear(Layer& layer, const at::Tensor& gradient, const std::vector<ReplicaStep>& steps) {
  const at::Tensor of_weight = at::bmm(gradient.transpose(1, 2), layer.input), of_bias = sum_of_rows(gradient);
  if (!gradient.is_cpu()) {  // replicas with a loss that is not finite end after this step
    std::vector<float> rates;
    for (const auto& step : steps) rates.push_back(step.rates.at(static_cast<std::size_t>(layer.unit - 1)));
    update_sgd_replicas(layer.weight, layer.weight_momentum, of_weight, rates, {0, momentum_, weight_decay_});
    return update_sgd_replicas(layer.bias, layer.bias_momentum, of_bias, rates, {0, momentum_, weight_decay_});
  }
  for (std::size_t replica = 0; replica < steps.size(); ++replica) {
    if (!finite_[replica]) continue;
    const SgdStep step{steps[replica].rates.at(static_cast<std::size_t>(layer.unit - 1)), momentum_, weight_decay_};
    const auto at = static_cast<std::int64_t>(replica);
    update_sgd(layer.weight[at], layer.weight_momentum[at], of_weight[at], step);
    update_sgd(layer.bias[at], layer.bias_momentum[at], of_bias[at], step);
  }
}

at::Tensor BatchedNetwork::predict(std::int64_t replica, const at::Tensor& inputs) const {
  const c10::NoGradGuard no_grad;
  at::Tensor x = inputs.flatten(1);
  for (const Layer& layer : layers_) {
    if (layer.kind == Kind::linear) x = at::linear(x, layer.weight[replica], layer.bias[replica]);
    if (layer.kind == Kind::relu) x = at::relu(x);
  }
  return x;
}

}  // namespace espalier::train
