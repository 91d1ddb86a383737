#pragma once
// The ordered units of a network as tensors, with the five operations of a protocol: copy, freeze, reinitialise, tune, swap.
#include <torch/torch.h>

#include <string>
#include <vector>

#include "espalier/data/safetensors.hpp"
#include "espalier/network/networks.hpp"
#include "espalier/task/task.hpp"

namespace espalier::model {

/// One tensor of a unit; `name` is "<unit name>.<layer name>.weight" and so on, unique in the network.
struct UnitTensor {
  std::string name;
  torch::Tensor value;
  bool is_buffer = false;    ///< running statistics
  bool is_scale_shift = false;  ///< trained under Trained::scale_shift
};

/// Draws of dropout for one step: mask of layer j of unit u is keyed (seed, u, j, epoch, step), for the whole batch.
struct StepKey {
  std::uint64_t mask_seed = 0;
  std::int32_t epoch = 0, step = 0;
};

class UnitNetwork {
 public:
  /// Parameters are uninitialised until reinitialise() or copy(). Throws UsageError where `input` does not fit.
  UnitNetwork(const network::NetworkSpec& spec, const network::Shape& input, std::int32_t classes);

  std::int32_t depth() const;
  const std::string& unit_name(std::int32_t unit) const;  ///< units count from 1
  std::vector<UnitTensor>& tensors(std::int32_t unit);

  /// Draws the unit's parameters by its layers' rules from (seed, unit index, tensor index): nothing else matters.
  void reinitialise(std::int32_t unit, std::uint64_t seed);
  /// Values of the unit from named tensors (this network's names). Throws UsageError on a missing name or other shape.
  void copy(std::int32_t unit, const data::TensorFile& from);
  /// Exchanges the unit's values with `other`'s.
  void swap(std::int32_t unit, UnitNetwork& other);
  /// no gradient; batch norm in it uses running statistics; its dropouts are off unless FrozenDropout::on.
  void freeze(std::int32_t unit);
  void tune(std::int32_t unit, task::Trained trained);
  bool is_frozen(std::int32_t unit) const;
  void set_frozen_dropout(task::FrozenDropout frozen_dropout);

  /// [N, C, H, W] -> logits [N, classes], training mode. Units below the first trained one run without a graph.
  torch::Tensor train_forward(const torch::Tensor& images, const StepKey& key);
  /// Evaluation mode: no dropout, running statistics.
  torch::Tensor eval_forward(const torch::Tensor& images);
  /// Output of unit `unit`, evaluation mode.
  torch::Tensor features(const torch::Tensor& images, std::int32_t unit);

  /// All tensors in unit order, detached, contiguous NCHW: what a checkpoint holds.
  data::NamedTensors state() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace espalier::model
