#pragma once
// The fully connected layers of several trainings as one batched network; replica b of every tensor belongs to one
// training. A replica's numbers do not depend on how many replicas there are, or on what the others hold.
#include <ATen/ATen.h>

#include <optional>
#include <vector>

#include "espalier/model/unit_network.hpp"
#include "espalier/train/optimiser.hpp"

namespace espalier::train {

/// What one replica needs for one step: the key of its masks and its rates.
struct ReplicaStep {
  model::StepKey key;
  std::vector<float> rates;  ///< of units 1..L
};

class BatchedNetwork {
 public:
  /// A network of the units after `cached_units`, without replicas yet. Throws UsageError unless they consist of linear
  /// layers, ReLU and dropout.
  BatchedNetwork(const network::NetworkSpec& network, std::int32_t cached_units, const task::TrainSpec& spec);

  std::int64_t replicas() const { return layers_.front().weight.defined() ? layers_.front().weight.size(0) : 0; }
  /// Adds a replica with the values and momentum of a training.
  void append(const model::UnitNetwork& network, const Optimiser& optimiser);
  /// Keeps the replicas `from`, in that order; a replica named twice is copied with its momentum.
  void select(const std::vector<std::int64_t>& from);
  /// Copies a replica's values into a training that was prepared alike.
  void extract(std::int64_t replica, model::UnitNetwork& network, Optimiser& optimiser) const;

  /// `inputs` [replicas, n, features]. Returns logits [replicas, n, classes].
  at::Tensor forward(const at::Tensor& inputs, const std::vector<ReplicaStep>& steps);
  /// Call after forward(): returns each replica's mean cross-entropy and computes the gradient of the logits.
  std::vector<double> losses(const at::Tensor& logits, const std::vector<at::Tensor>& labels);
  /// Call after losses(): updates all replicas except those whose loss is not finite.
  void update(const std::vector<ReplicaStep>& steps);

  /// One replica in evaluation mode: [n, features] -> [n, classes].
  at::Tensor predict(std::int64_t replica, const at::Tensor& inputs) const;

 private:
  enum class Kind : std::uint8_t { linear, relu, dropout };
  struct Layer {
    Kind kind = Kind::linear;
    std::int32_t unit = 0;    ///< from 1
    std::int32_t index = 0;   ///< in its unit: part of a mask's key
    double probability = 0;   ///< of dropout
    std::string name;         ///< of a linear layer's tensors, without ".weight"
    at::Tensor weight, bias;  ///< [replicas, out, in], [replicas, out]
    at::Tensor weight_momentum, bias_momentum;
    at::Tensor input;  ///< of the last forward(); a ReLU's output; a dropout's mask
  };
  at::Tensor masks(const Layer& layer, const at::Tensor& x, const std::vector<ReplicaStep>& steps) const;
  void update_linear(Layer& layer, const at::Tensor& gradient, const std::vector<ReplicaStep>& steps);

  float momentum_, weight_decay_;
  std::vector<Layer> layers_;  ///< the first one is linear or is followed by one
  std::vector<bool> finite_;   ///< by replica, of the last losses()
  at::Tensor gradient_;        ///< of the logits
};

}  // namespace espalier::train
