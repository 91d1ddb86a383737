#pragma once
// Which columns an experiment has and where each case gets their values from.
#include "espalier/grid/grid.hpp"

namespace espalier::grid {

std::vector<std::string> columns_of(const study::Experiment& experiment);

/// One a case, or one without a name. Taken columns have no value; the others that do not vary have theirs in `values`.
struct ShapeValues {
  Shape shape;
  std::vector<std::optional<study::Value>> values;
};
std::vector<ShapeValues> shapes_of(const study::Experiment& experiment, const std::vector<std::string>& columns);

}  // namespace espalier::grid
