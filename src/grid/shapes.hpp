#pragma once
// Finds an experiment's columns and how each case fills them.
#include "espalier/grid/grid.hpp"

namespace espalier::grid {

std::vector<std::string> columns_of(const study::Experiment& experiment, const GridContext& context);

/// One per case, or one without a name. `values` holds what does not vary; taken columns are empty.
struct ShapeValues {
  CellShape shape;
  std::vector<std::optional<study::Value>> values;
};
std::vector<ShapeValues> shapes_of(const study::Experiment& experiment, const std::vector<std::string>& columns,
                                   const GridContext& context);

}  // namespace espalier::grid
