#pragma once
// Default values of the axes that an experiment leaves out, as the table of axes says (study/axes.hpp).
#include <map>

#include "espalier/grid/grid.hpp"

namespace espalier::grid {

/// Fills the empty columns of cells that have a default. Make one per grid: it remembers where the columns are.
class AxisDefaults {
 public:
  AxisDefaults(const study::Experiment& experiment, const std::vector<std::string>& columns,
               const GridContext& context);
  /// Fills only columns of origin `fallback`. Where a `units` word is given, it determines transferred and frozen;
  /// where `tuned_unit` is, or will be taken, they have no value.
  void fill(std::vector<std::optional<study::Value>>& values, const std::vector<Origin>& origins);

 private:
  const study::UnitsPrefix& prefix_of(const std::string& units);
  std::optional<study::Value> value_of(const study::AxisRow& axis,
                                       const std::vector<std::optional<study::Value>>& values,
                                       const std::vector<Origin>& origins);

  std::vector<const study::AxisRow*> axes_;  ///< a column each; null: it has no default
  const GridContext& context_;
  int target_, network_, units_, tuned_unit_;
  bool starts_from_run_;
  std::map<std::string, study::UnitsPrefix> prefixes_;
};

}  // namespace espalier::grid
