// Counts the multiply-adds of one image through a network that is trained.
#include "espalier/plan/multiply_adds.hpp"

namespace espalier::plan {

double forward_multiply_adds(const std::vector<network::UnitCost>& units, std::int32_t after) {
  double sum = 0;
  for (std::size_t u = static_cast<std::size_t>(after); u < units.size(); ++u) {
    sum += static_cast<double>(units[u].multiply_adds);
  }
  return sum;
}

double backward_multiply_adds(const task::TrainSpec& spec, const std::vector<network::UnitCost>& units) {
  double sum = 0;
  bool below = false;  // whether a lower unit is trained, so that gradients pass through
  for (std::size_t u = 0; u < units.size(); ++u) {
    const auto own = static_cast<double>(units[u].multiply_adds);
    const bool trained = spec.units[u].trained != task::Trained::no;
    sum += (below ? own : 0) + (trained ? own : 0);
    below = below || trained;
  }
  return sum;
}

}  // namespace espalier::plan
