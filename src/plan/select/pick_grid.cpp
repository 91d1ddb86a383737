// Finds the axes in which the candidates of a pick differ, and a cell for each choice and each repetition of it.
#include "plan/select/pick_grid.hpp"

#include <algorithm>
#include <set>

namespace espalier::plan {
namespace {

using study::Value;

bool has(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

template <class Visit>
void each_cell(const study::Pick& pick, const PlannedExperiments& planned, Visit visit) {
  for (const auto& name : pick.from) {
    const auto& from = *planned.at(name);
    for (const auto& cell : from.grid.cells) visit(from.grid, cell);
  }
}

/// The candidates' axes, each once.
std::vector<std::string> axes_of(const study::Pick& pick, const PlannedExperiments& planned) {
  std::vector<std::string> axes;
  for (const auto& name : pick.from) {
    for (const auto& axis : planned.at(name)->grid.columns) {
      if (axis != kChosen && !has(axes, axis)) axes.push_back(axis);
    }
  }
  return axes;
}

/// Whether some candidates have another value on the axis than others, or none.
bool differs(const std::string& axis, const study::Pick& pick, const PlannedExperiments& planned) {
  std::set<std::string> values;
  each_cell(pick, planned, [&](const grid::Grid& grid, const grid::Cell& cell) {
    const auto* value = value_at(grid, cell, axis);
    values.insert(value ? "=" + to_string(*value) : "");
  });
  return values.size() > 1;
}

/// The axes that repeat a setting and that a choice is not made for each value of.
std::vector<std::string> averaged(const study::Pick& pick, const PlannedExperiments& planned) {
  std::vector<std::string> axes;
  for (const auto& axis : axes_of(pick, planned)) {
    if (study::repeats(axis) && !has(pick.per, axis)) axes.push_back(axis);
  }
  return axes;
}

/// Sets origins and values of the columns from one candidate's cell.
void place(const std::vector<std::string>& axes, const grid::Grid& from, const grid::Cell& cell, const grid::Grid& grid,
           grid::Cell& made) {
  for (const auto& axis : axes) {
    const auto column = static_cast<std::size_t>(grid.column(axis));
    if (const auto* value = value_at(from, cell, axis)) made.values[column] = *value;
  }
}

}  // namespace

study::Take take_of(const study::Pick& pick, const PlannedExperiments& planned) {
  study::Take take;
  take.where = pick.where;
  take.values = {kChosen};
  take.from = pick.from;
  take.best = pick.best;
  take.per = pick.per;
  take.mean_over = averaged(pick, planned);
  for (const auto& axis : axes_of(pick, planned)) {
    const bool is_told = study::repeats(axis) || has(pick.per, axis);
    if (!is_told && differs(axis, pick, planned)) take.values.push_back(axis);
  }
  return take;
}

void make_pick_grid(PlannedExperiment& experiment, const study::Take& take, const PlannedExperiments& planned,
                    const CanonicalSizes& sizes) {
  const auto& pick = *experiment.study->pick;
  auto& grid = experiment.grid;
  std::vector<std::string> given = take.per;  // and what repeats, and what all candidates have in common
  for (const auto& axis : take.mean_over) given.push_back(axis);
  for (const auto& axis : axes_of(pick, planned)) {
    if (!has(given, axis) && !has(take.values, axis)) given.push_back(axis);
  }
  grid.columns = given;
  for (const auto& axis : take.values) grid.columns.push_back(axis);
  grid::CellShape waiting, settled;
  waiting.origins.assign(given.size(), grid::Origin::fixed);
  waiting.origins.resize(grid.columns.size(), grid::Origin::taken);
  waiting.takes = {&take};
  settled.origins.assign(grid.columns.size(), grid::Origin::fixed);
  grid.shapes = {waiting, settled};
  std::set<std::string> seen;
  each_cell(pick, planned, [&](const grid::Grid& from, const grid::Cell& cell) {
    grid::Cell made;
    made.values.resize(grid.columns.size());
    place(given, from, cell, grid, made);
    std::string key;
    for (const auto& axis : take.mean_over) {
      const auto* value = value_at(from, cell, axis);
      key += axis + "=" + (value ? to_string(*value) : "") + ",";
    }
    const auto per = values_of(take.per, from, cell, sizes);
    if (per && seen.insert(key + text_of(*per)).second) grid.cells.push_back(std::move(made));
  });
}

void settle(const PlannedExperiment& experiment, grid::Cell& cell, const study::Take& take, const RunRef& chosen) {
  place(take.values, chosen.experiment->grid, chosen.cell(), experiment.grid, cell);
  cell.values[static_cast<std::size_t>(experiment.grid.column(kChosen))] = Value(chosen.experiment->study->name);
  cell.shape = 1;
}

}  // namespace espalier::plan
