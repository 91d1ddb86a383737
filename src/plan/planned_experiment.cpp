// Computes run ids and labels of an experiment's cells.
#include "plan/planned_experiment.hpp"

#include <algorithm>

namespace espalier::plan {
namespace {

constexpr std::size_t kUsualLength = 256;  ///< of the text that a run's id is a hash of

bool in_run_id(const PlannedExperiment& experiment, const std::string& axis) {
  if (const auto* row = study::axis_row(axis); row && row->in_run_id) return true;
  if (const auto& pick = experiment.study->pick)
    return std::find(pick->per.begin(), pick->per.end(), axis) != pick->per.end();
  return std::any_of(experiment.study->axes.begin(), experiment.study->axes.end(),
                     [&](const study::Axis& own) { return own.name == axis; });
}

}  // namespace

std::string size_place(const std::string& target, const std::string& labels) {
  return labels.empty() ? target : target + '\n' + labels;
}

std::string size_place(const grid::Grid& grid, const grid::Cell& cell) {
  const auto word = [&](const char* axis) {
    const auto* value = value_at(grid, cell, axis);
    return value ? to_string(*value) : "";
  };
  return size_place(word("target"), word("target.labels"));
}

std::string CanonicalSizes::text(const std::string& axis, const study::Value& value, const std::string& place) const {
  const auto* number = axis == "per_class" ? value.integer() : nullptr;
  if (!number) return to_string(value);
  const auto all = all_.find(place);
  return all != all_.end() && *number >= all->second ? "all" : to_string(value);
}

const study::Value* value_at(const grid::Grid& grid, const grid::Cell& cell, const std::string& axis) {
  const auto column = grid.column(axis);
  if (column < 0) return nullptr;
  const auto& value = cell.values[static_cast<std::size_t>(column)];
  return value ? &*value : nullptr;
}

RunIds::RunIds(const PlannedExperiment& experiment, const CanonicalSizes& sizes)
    : experiment_(experiment), sizes_(sizes) {
  const auto& names = experiment.grid.columns;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (in_run_id(experiment, names[i])) columns_.push_back(i);
  }
  std::sort(columns_.begin(), columns_.end(), [&](std::size_t a, std::size_t b) { return names[a] < names[b]; });
}

RunId RunIds::of(const grid::Cell& cell) const {
  const auto& grid = experiment_.grid;
  const auto& origins = grid.shapes[static_cast<std::size_t>(cell.shape)].origins;
  const std::string place = size_place(grid, cell);
  std::string text = "run:";
  const auto add_counted = [&](const std::string& part) {
    text.append(std::to_string(part.size())).append("'").append(part);
  };
  text.reserve(kUsualLength);
  add_counted(experiment_.study->name);
  for (const auto i : columns_) {
    if (origins[i] == grid::Origin::taken || !cell.values[i]) continue;
    text.append(";").append(grid.columns[i]).append("=");
    add_counted(sizes_.text(grid.columns[i], *cell.values[i], place));
  }
  return RunId::of(sha256(text));
}

std::vector<Label> labels_of(const PlannedExperiment& experiment, const grid::Cell& cell) {
  const auto& grid = experiment.grid;
  const auto& shape = grid.shapes[static_cast<std::size_t>(cell.shape)];
  std::vector<Label> labels;
  labels.reserve(grid.columns.size());
  for (std::size_t i = 0; i < grid.columns.size(); ++i) {
    if (cell.values[i]) labels.push_back({grid.columns[i], to_string(*cell.values[i])});
    else if (shape.origins[i] == grid::Origin::taken) labels.push_back({grid.columns[i], "later"});
  }
  return labels;
}

std::string key_of(const PlannedExperiment& experiment) {
  return (experiment.study->pick ? "pick." : "experiment.") + experiment.study->name;
}

std::string describe(const PlannedExperiment& experiment, const grid::Cell& cell) {
  std::string text;
  const auto add = [&](const std::string& axis) {
    if (const auto* value = value_at(experiment.grid, cell, axis))
      text += (text.empty() ? "" : ", ") + axis + "=" + to_string(*value);
  };
  for (const auto& axis : experiment.study->axes) add(axis.name);
  if (const auto& pick = experiment.study->pick) {
    for (const auto& axis : pick->per) add(axis);
  }
  for (const char* axis : {"split", "fold"}) {
    const auto& pick = experiment.study->pick;
    const bool is_told = pick && std::find(pick->per.begin(), pick->per.end(), axis) != pick->per.end();
    if (!is_told && !study::find_axis(*experiment.study, axis)) add(axis);
  }
  return text;
}

}  // namespace espalier::plan
