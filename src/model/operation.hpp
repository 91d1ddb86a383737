#pragma once
// A unit's layers with the indices of their tensors, as the forward pass walks them.
#include <cstdint>
#include <vector>

#include "espalier/network/layer.hpp"

namespace espalier::model {

inline constexpr int kNoTensor = -1;

struct Operation {
  network::LayerSpec layer;  ///< without its branches
  int index = 0;             ///< of the layer in its unit, branches counted through: part of a mask's key
  int weight = kNoTensor, bias = kNoTensor, running_mean = kNoTensor, running_var = kNoTensor;
  std::vector<std::vector<Operation>> branches;
};

/// Tensors are counted in the order of network::infer.
std::vector<Operation> operations_of(const network::UnitSpec& unit);

}  // namespace espalier::model
