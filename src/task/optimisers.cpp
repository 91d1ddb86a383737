// Holds the table of optimisers.
#include "espalier/task/optimisers.hpp"

#include "espalier/core/errors.hpp"

namespace espalier::task {

const std::vector<OptimiserRow>& optimisers() {
  static const std::vector<OptimiserRow> rows = {
      {.kind = OptimiserKind::sgd,
       .name = "sgd",
       .has_momentum = true,
       .in_replicas = true,
       .buffers = {"momentum."},
       .methods = "stochastic gradient descent with momentum {momentum} (the rate stands outside the momentum buffer) "
                  "and weight decay {decay} on weights and biases alike"},
      {.kind = OptimiserKind::adam,
       .name = "adam",
       .counts_steps = true,
       .buffers = {"adam.mean.", "adam.square."},
       .methods = "Adam (beta 0.9 and 0.999, epsilon 1e-8), weight decay {decay}"},
  };
  return rows;
}

const OptimiserRow& row_of(OptimiserKind kind) { return optimisers().at(static_cast<std::size_t>(kind)); }

std::vector<std::string> optimiser_names() {
  std::vector<std::string> names;
  for (const auto& row : optimisers()) names.push_back(row.name);
  return names;
}

OptimiserKind optimiser_named(const std::string& name) {
  std::string known;
  for (const auto& row : optimisers()) {
    if (row.name == name) return row.kind;
    known += (known.empty() ? "" : ", ") + row.name;
  }
  throw UsageError("unknown optimiser '" + name + "'", "no such name", "Use one of: " + known);
}

}  // namespace espalier::task
