#pragma once
// The named exclusion rules of one experiment, compiled once.
#include <string>
#include <vector>

#include "espalier/core/problem.hpp"
#include "espalier/grid/condition.hpp"
#include "espalier/grid/grid.hpp"

namespace espalier::grid {

/// Thrown for a condition that cannot be read, with its place in the study.
struct MalformedRule {
  study::Location where;
  Problem problem;
};

class Rules {
 public:
  /// Throws MalformedRule where a condition cannot be read.
  Rules(const std::vector<study::Exclude>& excludes, const std::vector<std::string>& columns);

  /// The name of the first rule that can be judged and holds; null: the cell stays. Throws UsageError like
  /// Condition::holds.
  const std::string* excluding(const std::vector<std::optional<study::Value>>& values);

 private:
  struct Rule {
    std::string name;
    Condition condition;
    std::vector<std::size_t> columns;
  };
  std::vector<Rule> rules_;
  std::vector<const study::Value*> scratch_;
};

}  // namespace espalier::grid
