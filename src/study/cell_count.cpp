// Computes an upper bound on the number of cells of an experiment, saturating at 2^62.
#include <algorithm>
#include <set>

#include "espalier/study/axes.hpp"
#include "study/cells.hpp"

namespace espalier::study {
namespace {

constexpr std::int64_t kFull = std::int64_t{1} << 62;

std::int64_t times(std::int64_t a, std::int64_t b) { return b != 0 && a > kFull / b ? kFull : a * b; }

std::int64_t plus(std::int64_t a, std::int64_t b) { return a > kFull - b ? kFull : a + b; }

std::int64_t size_of(const Axis& axis) {
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(axis.values.size()));
}

/// Cells over the axes that follow `by`, summed over the values of `by`.
std::int64_t dependent_cells(const Experiment& experiment, const std::string& by,
                             const std::vector<std::string>& values) {
  std::int64_t sum = 0;
  for (const auto& value : values) {
    std::int64_t product = 1;
    for (const auto& axis : experiment.axes) {
      const auto found = axis.per.find(value);
      if (axis.by == by && found != axis.per.end())
        product = times(product, static_cast<std::int64_t>(found->second.size()));
    }
    sum = plus(sum, product);
  }
  return sum;
}

std::vector<std::string> values_of(const Study& study, const Experiment& experiment, const std::string& axis) {
  std::vector<std::string> words;
  for (const auto& value : plain_values(experiment, axis)) words.push_back(to_string(value));
  return words.empty() ? names_of(study, axis) : words;
}

}  // namespace

std::int64_t cell_count(const Study& study, const Experiment& experiment) {
  if (experiment.pick) return 0;  // its runs are some of others
  std::int64_t cells = 1;
  std::set<std::string> leaders, counted;
  for (const auto& axis : experiment.axes) {
    if (!axis.by.empty()) leaders.insert(axis.by);
  }
  for (const auto& leader : leaders) {
    cells = times(cells, dependent_cells(experiment, leader, values_of(study, experiment, leader)));
    counted.insert(leader);
  }
  for (const auto& group : experiment.zips) {
    for (std::size_t i = 1; i < group.size(); ++i) counted.insert(group[i]);  // the group's first axis counts for all
  }
  for (const auto& axis : experiment.axes) {
    if (axis.by.empty() && !counted.contains(axis.name)) cells = times(cells, size_of(axis));
    counted.insert(axis.name);
  }
  const auto context = grid_context_of(study);
  for (const auto& axis : axes()) {
    const bool given = counted.contains(axis.name) || given_by(experiment, axis.name) != Given::nowhere;
    if (given || left_out_in(axis, experiment, context) != LeftOut::every) continue;
    cells = times(cells, std::max<std::int64_t>(1, static_cast<std::int64_t>(names_of(study, axis.name).size())));
  }
  return cells;
}

}  // namespace espalier::study
