// Compiles an experiment's exclusion rules and finds the first that removes a cell.
#include "espalier/grid/rules.hpp"

#include <algorithm>

#include "espalier/core/errors.hpp"

namespace espalier::grid {

namespace {

Condition condition_of(const study::Exclude& exclude, const std::vector<std::string>& columns) {
  try {
    return Condition(exclude.when, columns);
  } catch (const UsageError& error) {
    throw MalformedRule{exclude.where, error.problem()};
  }
}

}  // namespace

Rules::Rules(const std::vector<study::Exclude>& excludes, const std::vector<std::string>& columns) {
  for (const auto& exclude : excludes) {
    Rule rule{exclude.name, condition_of(exclude, columns), {}};
    for (const auto& name : rule.condition.names()) {
      rule.columns.push_back(
          static_cast<std::size_t>(std::find(columns.begin(), columns.end(), name) - columns.begin()));
    }
    rules_.push_back(std::move(rule));
  }
}

const std::string* Rules::excluding(const std::vector<std::optional<study::Value>>& values) {
  for (auto& rule : rules_) {
    scratch_.clear();
    for (const auto column : rule.columns) {
      if (values[column]) scratch_.push_back(&*values[column]);
    }
    if (scratch_.size() == rule.columns.size() && rule.condition.holds(scratch_)) return &rule.name;
  }
  return nullptr;
}

}  // namespace espalier::grid
