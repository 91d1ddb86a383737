// Flattens a unit's layers into operations with tensor positions, and swaps a ReLU behind its max pooling.
#include "operation.hpp"

#include "espalier/network/layers.hpp"

namespace espalier::model {
namespace {

struct Counters {
  int layer = 0, tensor = 0;
};

std::vector<Operation> sequence(const std::vector<network::LayerSpec>& layers, Counters& next);

/// Swaps a ReLU with the max pooling after it. Values and gradients stay equal to the bit, and the ReLU has a quarter
/// of the work behind the pooling.
void pool_before_relu(std::vector<Operation>& ops) {
  for (std::size_t i = 1; i < ops.size(); ++i) {
    const bool swaps = ops[i - 1].layer.kind == network::LayerKind::relu &&
                       ops[i].layer.kind == network::LayerKind::max_pool && ops[i].layer.padding == 0;
    if (swaps) std::swap(ops[i - 1], ops[i]);
  }
}

Operation operation(const network::LayerSpec& layer, Counters& next) {
  Operation op;
  op.layer = layer;
  op.layer.branches.clear();
  op.index = next.layer++;
  const auto holds = network::row_of(layer.kind).holds;
  const bool norm = holds == network::LayerHolds::norm;
  if (norm || holds == network::LayerHolds::weight) {
    op.weight = next.tensor++;
    if (layer.bias || norm) op.bias = next.tensor++;
    if (norm) {
      op.running_mean = next.tensor++;
      op.running_var = next.tensor++;
    }
  }
  for (const auto& branch : layer.branches) op.branches.push_back(sequence(branch, next));
  return op;
}

std::vector<Operation> sequence(const std::vector<network::LayerSpec>& layers, Counters& next) {
  std::vector<Operation> ops;
  for (const auto& layer : layers) ops.push_back(operation(layer, next));
  pool_before_relu(ops);
  return ops;
}

}  // namespace

std::vector<Operation> operations_of(const network::UnitSpec& unit) {
  Counters next;
  return sequence(unit.layers, next);
}

}  // namespace espalier::model
