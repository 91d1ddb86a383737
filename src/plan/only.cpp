// Evaluates the --only condition on every run's labels and adds the tasks that the chosen runs need.
#include "plan/only.hpp"

#include <algorithm>
#include <map>
#include <utility>

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

/// `experiment`: the one that counts as the run's.
bool satisfies(const PlannedRun& run, const std::string& experiment, grid::Condition& condition) {
  std::vector<study::Value> values;
  for (const auto& name : condition.names()) {
    const auto* text = name == "experiment" ? &experiment : run.label(name);
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

/// What selections of the asked runs wait for, as far as it fulfils the condition, too, but for its experiment: one
/// split of a study stays one split, and a pick gets its candidates.
class Awaiting {
 public:
  Awaiting(const std::vector<PlannedRun>& runs, const TaskTable& tasks, const Waits& waits)
      : tasks_(tasks), waits_(waits) {
    for (const auto& run : runs) runs_of_[run.task].push_back(&run);
  }

  void add(const std::string& key, const std::string& experiment, grid::Condition& condition,
           std::set<TaskId>& wanted) {
    const auto found = waits_.find(key);
    if (found == waits_.end() || !seen_.emplace(key, experiment).second) return;
    for (const auto& id : found->second.tasks) {
      const auto& runs = runs_of_[id];
      const bool is_asked = std::any_of(runs.begin(), runs.end(),
                                        [&](const PlannedRun* run) { return satisfies(*run, experiment, condition); });
      if (is_asked) add_with_inputs(id, tasks_, wanted);
    }
    for (const auto& next : found->second.selections) add(next, experiment, condition, wanted);
  }

 private:
  const TaskTable& tasks_;
  const Waits& waits_;
  std::map<TaskId, std::vector<const PlannedRun*>> runs_of_;
  std::set<std::pair<std::string, std::string>> seen_;  ///< selections, and for whose runs
};

}  // namespace

std::set<TaskId> tasks_of_selected_runs(const std::vector<PlannedRun>& runs, const std::string& condition,
                                        const TaskTable& tasks, const Waits& waits) {
  grid::Condition compiled(condition, label_names(runs));
  std::set<TaskId> wanted;
  Awaiting awaiting(runs, tasks, waits);
  for (const auto& run : runs) {
    if (!satisfies(run, run.experiment, compiled)) continue;
    add_with_inputs(run.task, tasks, wanted);
    awaiting.add(run.waits_for, run.experiment, compiled, wanted);
  }
  return wanted;
}

}  // namespace espalier::plan
