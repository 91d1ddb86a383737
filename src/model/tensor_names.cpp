// Walks a network's operations and names each tensor, branches included.
#include "tensor_names.hpp"

#include "espalier/core/errors.hpp"
#include "espalier/model/unit_network.hpp"

namespace espalier::model {
namespace {

void collect(const std::vector<Operation>& operations, const std::string& unit, const std::string& prefix,
             std::vector<TensorName>& names) {
  for (const auto& op : operations) {
    const std::string layer = prefix + op.layer.name;
    if (op.weight != kNoTensor) names.push_back({unit, layer + ".weight"});
    if (op.bias != kNoTensor) names.push_back({unit, layer + ".bias"});
    if (op.running_mean != kNoTensor) names.push_back({unit, layer + ".running_mean"});
    if (op.running_var != kNoTensor) names.push_back({unit, layer + ".running_var"});
    for (std::size_t i = 0; i < op.branches.size(); ++i) {
      collect(op.branches[i], unit, layer + "." + std::to_string(i) + ".", names);
    }
  }
}

}  // namespace

void refuse_scaled(const data::TensorFile& file) {
  for (const auto& [name, value] : file.tensors) {
    const std::string last = name.substr(name.rfind('.') + 1);
    if (last != kScaleChange && last != kShift) continue;
    throw UsageError("tensor '" + name + "' has no place in other programs",
                     "a unit of this network was trained by scale and shift", "Use it in a study, as a checkpoint.");
  }
}

std::vector<TensorName> tensor_names(const network::NetworkSpec& network) {
  std::vector<TensorName> names;
  for (const auto& unit : network.units) collect(operations_of(unit), unit.name, "", names);
  return names;
}

}  // namespace espalier::model
