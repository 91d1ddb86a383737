#pragma once
// Names of all tensors of a network, unit by unit.
#include <string>
#include <vector>

#include "espalier/network/networks.hpp"
#include "operation.hpp"

namespace espalier::model {

struct TensorName {
  std::string unit, tensor;  ///< "conv1", "conv.weight"
};

/// Names of all tensors, in order; shapes are not checked.
std::vector<TensorName> tensor_names(const network::NetworkSpec& network);

}  // namespace espalier::model
