#pragma once
// What a grid cell says of source, target, network and training values.
#include <string>
#include <vector>

#include "espalier/study/axes.hpp"
#include "plan/findings.hpp"
#include "plan/run_trainings.hpp"

namespace espalier::plan {

/// A cell with the words that say what it is trained on, and its overrides.
struct RunTrainings::CellView {
  const grid::Grid& grid;
  const grid::Cell& cell;
  std::string source, target, network;
  std::int64_t split = 1, replicate = 1;
  std::int64_t fold = 0;  ///< from 1; 0: it has none

  CellView(const grid::Grid& its_grid, const grid::Cell& its_cell) : grid(its_grid), cell(its_cell) {
    source = word("source");
    target = word("target");
    network = word("network");
    split = number("split");
    replicate = number("replicate");
    if (value_at(grid, cell, "fold")) fold = number("fold");
  }
  std::string word(const char* axis) const {
    const auto* value = value_at(grid, cell, axis);
    return value ? to_string(*value) : "";
  }
  std::int64_t number(const char* axis) const {
    const auto* value = value_at(grid, cell, axis);
    if (!value) return 1;
    const auto* held = value->integer();
    if (!held || *held < 1)
      throw CompileError{{std::string(axis) + " = " + to_string(*value) + " is no number from 1 on", "", ""}};
    return *held;
  }
  /// A source or target with the budget and labels that the cell gives it.
  RoleUse use(const study::Study& study, Role role, const std::string& name) const {
    const std::string prefix = role == Role::source ? "source." : "target.";
    return use_of(study, role, name, static_cast<std::int32_t>(split), replicate,
                  [&](const std::string& axis) { return value_at(grid, cell, prefix + axis); });
  }
  /// The training values that the cell sets for a role, from its columns "train.*" or "source.*".
  std::vector<Override> overrides(Role role) const {
    const std::string prefix = role == Role::source ? "source." : "train.";
    std::vector<Override> all;
    for (std::size_t i = 0; i < grid.columns.size(); ++i) {
      const auto& column = grid.columns[i];
      if (!column.starts_with(prefix) || study::axis_row(column) || !cell.values[i]) continue;
      all.emplace_back(column.substr(prefix.size()), *cell.values[i]);
    }
    return all;
  }
  bool sets_decay() const {
    const auto column = grid.column("decay_epoch");
    const auto& shape = grid.shapes[static_cast<std::size_t>(cell.shape)];
    return column >= 0 && shape.origins[static_cast<std::size_t>(column)] != grid::Origin::fallback;
  }
};

}  // namespace espalier::plan
