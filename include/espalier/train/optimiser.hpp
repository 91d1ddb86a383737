#pragma once
// SGD in PyTorch's convention and Adam, with one rate per unit; frozen units and tensors are not touched.
#include <ATen/ATen.h>

#include <vector>

#include "espalier/data/safetensors.hpp"
#include "espalier/model/unit_network.hpp"
#include "espalier/task/task.hpp"

namespace espalier::train {

class Optimiser {
 public:
  /// Takes the tensors of `network` that require gradients; the network must outlive it.
  Optimiser(model::UnitNetwork& network, const task::TrainSpec& spec);

  /// SGD: d = grad + decay * p; buf = momentum * buf + d; p -= rate * buf. Adam: L2 in the gradient, rate outside.
  /// `rates[u - 1]` is the rate of unit u; `step_index` counts this training's steps from 0 (Adam's bias correction).
  /// Gradients are dropped afterwards.
  void step(const std::vector<float>& rates, std::int64_t step_index);

  /// The same with numbers that lie on the network's device: `rates` [units], `step` [1] float32, this step's number
  /// from 1. Takes nothing from the host, so that it can be recorded.
  void step(const at::Tensor& rates, const at::Tensor& step);
  /// As before the first step.
  void reset();

  /// The buffers, contiguous, on the processor, as "momentum.<tensor>" or "adam.mean.<tensor>" and
  /// "adam.square.<tensor>".
  data::NamedTensors state() const;
  /// Values of the buffers from a training checkpoint. Throws UsageError on a missing one.
  void load(const data::TensorFile& from);

 private:
  /// The trained tensors of one unit and their buffers.
  struct Unit {
    std::size_t index = 0;  ///< from 0
    std::vector<std::string> names;
    std::vector<at::Tensor> values, first, second;  ///< `first`: momentum or mean; `second`: Adam's mean of squares
  };
  struct Buffer {
    std::string name;
    at::Tensor value;
  };
  struct Update {
    std::vector<at::Tensor> values, gradients;
  };
  static Update update_of(const Unit& unit);
  std::vector<at::Tensor> momenta(const Unit& unit) const;
  void update(Unit& unit, float rate, std::int64_t step_index);
  void update(Unit& unit, const at::Tensor& rate, const at::Tensor& step);
  std::vector<Buffer> buffers() const;

  task::Optimiser kind_;
  double momentum_, weight_decay_;
  std::vector<Unit> units_;
};

}  // namespace espalier::train
