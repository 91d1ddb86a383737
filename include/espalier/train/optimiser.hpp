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

  /// Takes one step. SGD: d = grad + decay * p; buf = momentum * buf + d; p -= rate * buf. Adam: L2 in the gradient,
  /// rate outside. `rates[u - 1]` is the rate of unit u; `step_index` counts this training's steps from 0 (for Adam's
  /// bias correction). Drops the gradients afterwards.
  void step(const std::vector<float>& rates, std::int64_t step_index);

  /// The same with numbers on the network's device: `rates` [units], and `step` [1] float32, this step's number from 1.
  /// Reads nothing from the host, so it can be recorded.
  void step(const at::Tensor& rates, const at::Tensor& step);
  /// Sets all buffers to their values before the first step.
  void reset();

  /// Copies of the buffers, contiguous, on the CPU, named "momentum.<tensor>", or "adam.mean.<tensor>" and
  /// "adam.square.<tensor>".
  data::NamedTensors state() const;
  /// Loads the buffers of a training checkpoint. Throws UsageError where one is missing.
  void load(const data::TensorFile& from);

 private:
  /// The trained tensors of one unit and their buffers.
  struct Unit {
    std::size_t index = 0;  ///< from 0
    std::vector<std::string> names;
    std::vector<at::Tensor> values;
    std::vector<std::vector<at::Tensor>> buffers;  ///< by the optimiser's row (task/optimisers.hpp), then by tensor
  };
  struct Buffer {
    std::string name;
    at::Tensor value;
  };
  template <class RateOf>
  void update_all(const RateOf& rate_of, const at::Tensor& step);
  std::vector<Buffer> buffers() const;

  task::OptimiserKind kind_;
  double momentum_, weight_decay_;
  std::vector<Unit> units_;
};

}  // namespace espalier::train
