#pragma once
// One unit: its tensors, how it is trained now, and its forward pass.
#include <torch/torch.h>

#include <string>
#include <vector>

#include "espalier/model/unit_network.hpp"
#include "operation.hpp"

namespace espalier::model {

/// How a unit runs in one pass.
struct UnitMode {
  bool dropout = false;
  bool batch_statistics = false;
  std::uint64_t mask_seed = 0;  ///< of the unit and step
  std::int64_t first_row = 0;
};

class Unit {
 public:
  Unit(const network::UnitSpec& spec, const network::UnitCost& cost);

  torch::Tensor forward(const torch::Tensor& input, const UnitMode& mode) const;

  void reinitialise(std::uint64_t seed);
  void copy(const data::TensorFile& from);
  void restore(const data::TensorFile& from);
  void swap(Unit& other);
  void tune(task::Trained trained);

  std::string name;
  std::vector<UnitTensor> tensors;
  task::Trained trained = task::Trained::all;

 private:
  void add_scales(const std::vector<Operation>& operations);
  void reset_scales();
  torch::Tensor run(const std::vector<Operation>& operations, torch::Tensor x, const UnitMode& mode) const;
  torch::Tensor apply(const Operation& op, const torch::Tensor& x, const UnitMode& mode) const;
  torch::Tensor join(const Operation& op, const torch::Tensor& x, const UnitMode& mode) const;
  torch::Tensor drop(const Operation& op, const torch::Tensor& x, const UnitMode& mode) const;
  torch::Tensor normalise(const Operation& op, const torch::Tensor& x, const UnitMode& mode) const;
  torch::Tensor weight_of(const Operation& op) const;
  torch::Tensor bias_of(const Operation& op) const;

  std::vector<network::ParameterSpec> parameters_;
  std::vector<Operation> operations_;
  std::vector<int> scale_of_;  ///< place of the scale of tensor i (a weight), or kNoTensor
  bool has_batch_norm_;
};

}  // namespace espalier::model
