#pragma once
// Names of all tensors of a network, unit by unit.
#include <string>
#include <vector>

#include "espalier/data/safetensors.hpp"
#include "espalier/network/networks.hpp"
#include "operation.hpp"

namespace espalier::model {

struct TensorName {
  std::string unit, tensor;  ///< "conv1", "conv.weight"
};

/// Names of all tensors, in order; shapes are not checked.
std::vector<TensorName> tensor_names(const network::NetworkSpec& network);

/// Throws UsageError where the file has scales or shifts beside its layers' tensors (Trained::scale_shift).
void refuse_scaled(const data::TensorFile& file);

}  // namespace espalier::model
