// Finds the largest size asked of each target, and the size from which on it has all its images.
#include <algorithm>
#include <cmath>
#include <limits>

#include "plan/compiler.hpp"

namespace espalier::plan {

std::map<std::string, std::int64_t> Compiler::largest_sizes() const {
  std::map<std::string, std::int64_t> largest;
  for (const auto& [name, planned] : planned_) {
    for (const auto& cell : planned->grid.cells) {
      const auto* target = value_at(planned->grid, cell, "target");
      const auto* size = value_at(planned->grid, cell, "per_class");
      if (!target || !size || size->is_all()) continue;
      const auto* average = std::get_if<double>(&size->held);
      auto& most = largest[to_string(*target)];
      most = std::max(most, average ? static_cast<std::int64_t>(std::ceil(*average)) : *size->integer());
    }
  }
  return largest;
}

/// Labels that do not fit a target are said where its cells are planned.
void Compiler::set_sizes() {
  for (const auto& target : study_.targets)
    sizes_.set(target.name, pools_->all_of(own_use(study_, Role::target, target.name, 1)));
  for (const auto& [name, planned] : planned_) {
    for (const auto& cell : planned->grid.cells) {
      const auto *target = value_at(planned->grid, cell, "target"),
                 *labels = value_at(planned->grid, cell, "target.labels");
      if (!target || !labels) continue;
      const std::string place = size_place(planned->grid, cell);
      if (sizes_.has(place)) continue;
      try {
        const auto axis = [&](const std::string&) { return labels; };
        sizes_.set(place, pools_->all_of(use_of(study_, Role::target, to_string(*target), 1, 1, axis)));
      } catch (const CompileError&) {
        sizes_.set(place, std::numeric_limits<std::int64_t>::max());
      }
    }
  }
}

}  // namespace espalier::plan
