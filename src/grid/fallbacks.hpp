#pragma once
// Default values of the axes that an experiment leaves out (docs/study.md).
#include <map>

#include "espalier/grid/grid.hpp"

namespace espalier::grid {

/// Fills the empty columns of cells that have a default. Make one per grid: it remembers where the columns are.
class Fallbacks {
 public:
  Fallbacks(const std::vector<std::string>& columns, const Surroundings& surroundings);
  /// Fills only columns of origin `fallback`. Where a `units` word is given, it determines transferred and frozen.
  void fill(std::vector<std::optional<study::Value>>& values, const std::vector<Origin>& origins);

 private:
  struct Prefix {
    std::optional<study::Value> transferred, frozen;  ///< none: not the first units are copied or frozen
  };
  const Prefix& prefix_of(const std::string& units);
  std::optional<study::Value> value_of(const std::string& axis, const std::vector<std::optional<study::Value>>& values);
  std::string text_at(const std::vector<std::optional<study::Value>>& values, int column) const;

  const std::vector<std::string>& columns_;
  const Surroundings& surroundings_;
  int target_, network_, units_;
  std::map<std::string, Prefix> prefixes_;
};

}  // namespace espalier::grid
