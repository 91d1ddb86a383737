#pragma once
// A network as ordered units of tensors, with a protocol's operations: copy, freeze, reinitialise, tune, swap.
#include <ATen/ATen.h>

#include <memory>
#include <string>
#include <vector>

#include "espalier/data/safetensors.hpp"
#include "espalier/model/reducer.hpp"
#include "espalier/network/networks.hpp"
#include "espalier/task/task.hpp"

namespace espalier::model {

/// Ends of the names of tensors that a unit may have beside its layers' own: a layer's scales less 1 (so that weight
/// decay pulls the scales towards 1), and the shift of a layer without bias.
inline constexpr const char* kScaleChange = "scale_change";
inline constexpr const char* kShift = "shift";

/// One tensor of a unit; `name` is "<unit name>.<layer name>.weight" and so on, unique in the network. A tensor is
/// trained if it requires_grad(). Weights of convolutions are channels-last.
struct UnitTensor {
  std::string name;
  at::Tensor value;
  bool is_buffer = false;       ///< running statistics
  bool is_scale_shift = false;  ///< trained under Trained::scale_shift
};

/// A dropout layer, by its unit and its index among the unit's layers.
struct DropoutLayer {
  std::int32_t unit = 0, layer = 0;
  auto operator<=>(const DropoutLayer&) const = default;
};

/// Masks for steps that are recorded once and replayed, where seeds must be read from device memory.
class MaskSource {
 public:
  virtual ~MaskSource() = default;
  /// A mask [rows, row_elements] float32, as dropout_mask() draws it.
  virtual at::Tensor draw(const DropoutLayer& layer, std::int64_t first_row, std::int64_t rows,
                          std::int64_t row_elements, double probability) = 0;
};

/// Keys of the dropout masks of one step: layer j of unit u uses (seed, u, j, epoch, step), for the whole batch.
struct StepKey {
  std::uint64_t mask_seed = 0;
  std::int32_t epoch = 0, step = 0;
  std::int64_t first_row = 0;   ///< of these images in the step's whole batch: a member draws its rows of the masks
  Reducer* group = nullptr;     ///< batch norm takes statistics over the group; null: over these images alone
  std::int64_t rows = -1;       ///< with a group: how many of these images count; the others only fill the batch
  MaskSource* masks = nullptr;  ///< source of the masks; null: the seed
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
  /// The unit's tensors; references stay valid over swap, freeze and reinitialise. tune(scale_shift) appends scales and
  /// shifts, copy() and restore() the shifts that a file has.
  std::vector<UnitTensor>& tensors(std::int32_t unit);

  /// Draws the unit's parameters by its layers' rules; they depend on (seed, unit index, tensor index) only.
  void reinitialise(std::int32_t unit, std::uint64_t seed);
  /// Copies the unit's values from named tensors (with this network's names). Scales in the file are multiplied into
  /// their weight, and the unit's own become 1; a shift in the file is copied as a bias would be. Throws UsageError
  /// where a name is missing or a shape differs.
  void copy(std::int32_t unit, const data::TensorFile& from);
  /// Sets all tensors, scales included, to what state() gave, to resume a training.
  void restore(const data::TensorFile& from);
  /// Freezes the unit: no gradient, running statistics in batch norm, dropout off unless FrozenDropout::on.
  void freeze(std::int32_t unit);
  /// all: every parameter. scale_shift (Sun et al. 2019): of each convolution a scale for each of its kernels (output
  /// and input), of each linear layer one for each output, initially 1, and the bias, or a shift where there is none,
  /// initially 0; batch norm is as in a frozen unit. no: as freeze().
  void tune(std::int32_t unit, task::Trained trained);
  void set_frozen_dropout(task::FrozenDropout frozen_dropout);
  /// fp32 by default; tf32 is set on the device. bf16: convolutions, linear layers and what is between them compute in
  /// bfloat16; weights, their gradients and logits stay float32.
  void set_precision(task::Precision precision);

  /// [N, C, H, W] -> logits [N, classes], training mode. Units below the first trained one run without a graph.
  /// With `after` > 0, `x` is the output of that unit, as features() gives it.
  at::Tensor train_forward(const at::Tensor& x, const StepKey& key, std::int32_t after = 0);
  /// Evaluation mode: no dropout, running statistics, no graph.
  at::Tensor eval_forward(const at::Tensor& x, std::int32_t after = 0);
  /// Output of unit `unit`, evaluation mode: [N, C, H, W] (channels-last) or [N, features]. With `after` > 0, `images`
  /// is the output of that unit.
  at::Tensor features(const at::Tensor& images, std::int32_t unit, std::int32_t after = 0);

  /// Moves all tensors to the device; earlier references to their values are invalid. Inputs and outputs are on it from
  /// now on.
  void to(at::Device device);
  at::Device device() const;
  /// The dropout layers with a probability above 0, in the order of a forward pass.
  std::vector<DropoutLayer> dropouts() const;

  /// Copies of all tensors in unit order, on the CPU, contiguous NCHW: the content of a checkpoint.
  data::NamedTensors state() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace espalier::model
