#pragma once
// The ordered units of a network as tensors, with the five operations of a protocol: copy, freeze, reinitialise, tune,
// swap.
#include <ATen/ATen.h>

#include <memory>
#include <string>
#include <vector>

#include "espalier/data/safetensors.hpp"
#include "espalier/model/reducer.hpp"
#include "espalier/network/networks.hpp"
#include "espalier/task/task.hpp"

namespace espalier::model {

/// One tensor of a unit; `name` is "<unit name>.<layer name>.weight" and so on, unique in the network. What is trained
/// now is what requires_grad(). Weights of convolutions lie channels-last.
struct UnitTensor {
  std::string name;
  at::Tensor value;
  bool is_buffer = false;       ///< running statistics
  bool is_scale_shift = false;  ///< trained under Trained::scale_shift
};

/// A dropout layer, by its unit and its place among the unit's layers.
struct DropoutLayer {
  std::int32_t unit = 0, layer = 0;
  auto operator<=>(const DropoutLayer&) const = default;
};

/// Masks of steps that are recorded once and replayed: their seeds change where the host has no say.
class MaskSource {
 public:
  virtual ~MaskSource() = default;
  /// [rows, row_elements] float32, as dropout_mask().
  virtual at::Tensor draw(const DropoutLayer& layer, std::int64_t first_row, std::int64_t rows,
                          std::int64_t row_elements, double probability) = 0;
};

/// Draws of dropout for one step: mask of layer j of unit u is keyed (seed, u, j, epoch, step), for the whole batch.
struct StepKey {
  std::uint64_t mask_seed = 0;
  std::int32_t epoch = 0, step = 0;
  std::int64_t first_row = 0;   ///< of these images in the step's whole batch: a member draws its rows of the masks
  Reducer* group = nullptr;     ///< batch norm uses statistics over the members' images; null: of these alone
  std::int64_t rows = -1;       ///< with a group: of these images, how many count; the others only fill the batch
  MaskSource* masks = nullptr;  ///< where masks come from; null: from the seed
};

class UnitNetwork {
 public:
  /// Parameters are uninitialised until reinitialise() or copy(); all units are tuned. Throws UsageError where `input`
  /// does not fit.
  UnitNetwork(const network::NetworkSpec& spec, const network::Shape& input, std::int32_t classes);

  std::int32_t depth() const;
  const network::NetworkSpec& spec() const;
  network::Shape input() const;
  std::int32_t classes() const;
  const std::string& unit_name(std::int32_t unit) const;  ///< units count from 1
  /// Of the unit; handles stay valid over copy, swap, freeze and reinitialise. tune(scale_shift) appends scales.
  std::vector<UnitTensor>& tensors(std::int32_t unit);

  /// Draws the unit's parameters by its layers' rules from (seed, unit index, tensor index): nothing else matters.
  void reinitialise(std::int32_t unit, std::uint64_t seed);
  /// Values of the unit from named tensors (this network's names). A scale in the file is multiplied into its weight;
  /// the unit's own scales become 1. Throws UsageError on a missing name or other shape.
  void copy(std::int32_t unit, const data::TensorFile& from);
  /// Values of all tensors, scales included, as state() gave them: to go on with a training.
  void restore(const data::TensorFile& from);
  /// Exchanges the unit's values with `other`'s. Throws UsageError where the units differ in form.
  void swap(std::int32_t unit, UnitNetwork& other);
  /// No gradient; batch norm in it uses running statistics; its dropouts are off unless FrozenDropout::on.
  void freeze(std::int32_t unit);
  /// all: every parameter. scale_shift: a scale per output of each layer (initially 1) and its bias, and where the
  /// unit has batch norm, that one's weight and bias in place of the scales of layers without bias. no: as freeze().
  void tune(std::int32_t unit, task::Trained trained);
  bool is_frozen(std::int32_t unit) const;
  void set_frozen_dropout(task::FrozenDropout frozen_dropout);
  /// fp32 unless said otherwise; tf32 is the device's affair. bf16: convolutions and linear layers, and what lies
  /// between them, in bfloat16; weights, their gradients and logits in float32.
  void set_precision(task::Precision precision);

  /// [N, C, H, W] -> logits [N, classes], training mode. Units below the first trained one run without a graph.
  /// With `after` > 0, `x` is the output of that unit, as features() gives it.
  at::Tensor train_forward(const at::Tensor& x, const StepKey& key, std::int32_t after = 0);
  /// Evaluation mode: no dropout, running statistics, no graph.
  at::Tensor eval_forward(const at::Tensor& x, std::int32_t after = 0);
  /// Output of unit `unit`, evaluation mode: [N, C, H, W] (channels-last) or [N, features].
  at::Tensor features(const at::Tensor& images, std::int32_t unit);

  /// Moves all tensors: handles taken before are of no use. Inputs and outputs are there, too, from now on.
  void to(at::Device device);
  at::Device device() const;
  /// All of them that may drop anything, in the order of a forward pass.
  std::vector<DropoutLayer> dropouts() const;

  /// All tensors in unit order, copies on the processor, contiguous NCHW: what a checkpoint holds.
  data::NamedTensors state() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace espalier::model
