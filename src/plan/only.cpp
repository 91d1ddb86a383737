// Evaluates the --only condition on every run's labels and adds the tasks that the chosen runs need.
#include "plan/only.hpp"

#include <algorithm>

#include "espalier/grid/condition.hpp"

namespace espalier::plan {
namespace {

std::vector<std::string> label_names(const std::vector<PlannedRun>& runs) {
  std::set<std::string> names = {"experiment"};
  for (const auto& run : runs) {
    for (const auto& label : run.labels) names.insert(label.axis);
  }
  return {names.begin(), names.end()};
}

bool satisfies(const PlannedRun& run, grid::Condition& condition) {
  std::vector<study::Value> values;
  for (const auto& name : condition.names()) {
    const auto* text = name == "experiment" ? &run.experiment : run.label(name);
    if (!text || *text == "later") return false;
    values.push_back(study::parse_value(*text));
  }
  std::vector<const study::Value*> pointers;
  for (const auto& value : values) pointers.push_back(&value);
  return condition.holds(pointers);
}

void add_with_inputs(const TaskId& id, const TaskTable& tasks, std::set<TaskId>& wanted) {
  if (id.empty() || !wanted.insert(id).second) return;
  for (const auto& input : tasks.inputs_of(id)) add_with_inputs(input.task, tasks, wanted);
}

/// Adds what must be done before the selection can be made.
void add_awaited(const std::string& key, const Waits& waits, const TaskTable& tasks, std::set<std::string>& seen,
                 std::set<TaskId>& wanted) {
  const auto found = waits.find(key);
  if (found == waits.end() || !seen.insert(key).second) return;
  for (const auto& id : found->second.tasks) add_with_inputs(id, tasks, wanted);
  for (const auto& next : found->second.selections) add_awaited(next, waits, tasks, seen, wanted);
}

}  // namespace

std::set<TaskId> tasks_of_selected_runs(const std::vector<PlannedRun>& runs, const std::string& condition,
                                        const TaskTable& tasks, const Waits& waits) {
  grid::Condition compiled(condition, label_names(runs));
  std::set<TaskId> wanted;
  std::set<std::string> seen;
  for (const auto& run : runs) {
    if (!satisfies(run, compiled)) continue;
    add_with_inputs(run.task, tasks, wanted);
    add_awaited(run.waits_for, waits, tasks, seen, wanted);
  }
  return wanted;
}

}  // namespace espalier::plan
