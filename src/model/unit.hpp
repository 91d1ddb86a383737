#pragma once
// One unit of a network: its tensors, what of it is trained, and its forward pass.
#include <ATen/ATen.h>

#include <string>
#include <vector>

#include "espalier/model/reducer.hpp"
#include "espalier/model/unit_network.hpp"
#include "operation.hpp"

namespace espalier::model {

/// How a unit runs in one pass.
struct UnitMode {
  bool dropout = false;
  bool batch_statistics = false;
  bool bf16 = false;            ///< convolutions and linear layers compute in bfloat16; weights stay float32
  std::uint64_t mask_seed = 0;  ///< of this unit in this step
  std::int64_t first_row = 0;
  Reducer* group = nullptr;  ///< batch statistics over its members
  std::int64_t rows = -1;    ///< how many of the images count, with a group
  MaskSource* masks = nullptr;
  std::int32_t number = 0;  ///< of the unit, from 1
};

class Unit {
 public:
  Unit(const network::UnitSpec& spec, const network::UnitCost& cost);

  at::Tensor forward(const at::Tensor& input, const UnitMode& mode) const;

  void reinitialise(std::uint64_t seed);
  void copy(const data::TensorFile& from);
  void restore(const data::TensorFile& from);
  void tune(task::Trained trained);
  void to(at::Device device);
  /// Indices of its dropout layers.
  std::vector<std::int32_t> dropouts() const;

  std::string name;
  std::vector<UnitTensor> tensors;
  task::Trained trained = task::Trained::all;

 private:
  /// Adds what is trained under Trained::scale_shift and not there yet.
  void add_scales(const std::vector<Operation>& operations);
  void add_shift(std::size_t weight);
  /// Takes the shifts that the file has for layers without bias; they stay, since there is no bias to hold them.
  void adopt_shifts(const std::vector<Operation>& operations, const data::TensorFile& from);
  void reset_additions();
  at::Tensor run(const std::vector<Operation>& operations, at::Tensor x, const UnitMode& mode) const;
  struct Forward;
  static const Forward& forward_of(const Operation& op);
  // A kind of layer each.
  at::Tensor convolve(const Operation& op, const at::Tensor& x, const UnitMode& mode) const;
  at::Tensor multiply(const Operation& op, const at::Tensor& x, const UnitMode& mode) const;
  at::Tensor rectify(const Operation& op, const at::Tensor& x, const UnitMode& mode) const;
  at::Tensor pool_maximum(const Operation& op, const at::Tensor& x, const UnitMode& mode) const;
  at::Tensor pool_average(const Operation& op, const at::Tensor& x, const UnitMode& mode) const;
  at::Tensor pool_to_size(const Operation& op, const at::Tensor& x, const UnitMode& mode) const;
  at::Tensor interpolate(const Operation& op, const at::Tensor& x, const UnitMode& mode) const;
  at::Tensor transform(const Operation& op, const at::Tensor& x, const UnitMode& mode) const;
  at::Tensor respond(const Operation& op, const at::Tensor& x, const UnitMode& mode) const;
  at::Tensor concatenate(const Operation& op, const at::Tensor& x, const UnitMode& mode) const;
  at::Tensor add(const Operation& op, const at::Tensor& x, const UnitMode& mode) const;
  at::Tensor drop(const Operation& op, const at::Tensor& x, const UnitMode& mode) const;
  at::Tensor normalise(const Operation& op, const at::Tensor& x, const UnitMode& mode) const;
  std::vector<at::Tensor> branches(const Operation& op, const at::Tensor& x, const UnitMode& mode) const;
  at::Tensor weight_of(const Operation& op) const;
  at::Tensor bias_of(const Operation& op) const;

  std::vector<network::ParameterSpec> parameters_;
  std::vector<Operation> operations_;
  std::vector<int> change_of_;  ///< index of what the scales of tensor i (a weight) add to 1, or kNoTensor
  std::vector<int> shift_of_;   ///< index of the shift of the layer of tensor i (a weight), or kNoTensor
};

}  // namespace espalier::model
