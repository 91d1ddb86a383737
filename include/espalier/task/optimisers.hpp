#pragma once
// The optimisers, a row each: what planning, the documents and reports know of them. How one updates weights is a row
// in src/train/optimiser.cpp.
#include <string>
#include <vector>

#include "espalier/task/task.hpp"

namespace espalier::task {

struct OptimiserRow {
  OptimiserKind kind;
  std::string name;                  ///< as study files spell it
  bool has_momentum = false;         ///< `momentum` changes what it does
  bool counts_steps = false;         ///< its updates depend on the number of the step
  bool in_replicas = false;          ///< a batched network of several trainings can use it
  std::vector<std::string> buffers;  ///< what it keeps for each tensor: beginnings of names in a training checkpoint
  std::string methods;               ///< for a report, with {momentum} and {decay}
};

/// In the order of the enumeration.
const std::vector<OptimiserRow>& optimisers();
const OptimiserRow& row_of(OptimiserKind kind);
/// Throws UsageError that lists the known names.
OptimiserKind optimiser_named(const std::string& name);
std::vector<std::string> optimiser_names();

}  // namespace espalier::task
