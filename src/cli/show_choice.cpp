// Matches planned runs against the beginning of an id of theirs, or of a task they need, or EXPERIMENT:axis=value,...
#include "cli/show_choice.hpp"

#include <algorithm>
#include <unordered_set>

#include "espalier/core/errors.hpp"
#include "espalier/study/conditions.hpp"
#include "espalier/study/parse.hpp"

namespace espalier::cli {
namespace {

struct Wanted {
  std::string experiment;
  std::vector<study::AxisCondition> conditions;
};

Wanted parse_wanted(const std::string& text) {
  const auto named = study::parse_named_runs(text);
  if (named.conditions.empty()) return {named.experiment, {}};
  return {named.experiment, study::parse_conditions(named.conditions)};
}

bool same_value(const std::string& a, const std::string& b) {
  return study::to_string(study::parse_value(a)) == study::to_string(study::parse_value(b));
}

bool fits(const plan::PlannedRun& run, const Wanted& wanted) {
  if (!wanted.experiment.empty() && run.experiment != wanted.experiment) return false;
  return std::all_of(wanted.conditions.begin(), wanted.conditions.end(), [&](const study::AxisCondition& condition) {
    const auto* value = run.label(condition.axis);
    return value && std::any_of(condition.values.begin(), condition.values.end(),
                                [&](const std::string& one) { return same_value(one, *value); });
  });
}

[[noreturn]] void refuse(const plan::Plan& plan, const std::string& text) {
  std::vector<std::string> names;
  for (const auto& one : plan.experiments) names.push_back(one.name);
  std::string list;
  for (const auto& name : names) list += (list.empty() ? "" : ", ") + name;
  throw UsageError("no run is '" + text + "'", "experiments: " + list,
                   "Name the first digits of a run's or task's id, or EXPERIMENT:axis=value,axis=value");
}

/// Tasks whose ids begin so, and those that have one of them among their inputs, at any depth.
std::unordered_set<TaskId> tasks_that_need(const plan::Plan& plan, const std::string& beginning) {
  std::unordered_set<TaskId> found;
  for (const auto& task : plan.tasks) {  // inputs stand before what needs them
    const bool needs = std::any_of(task.inputs.begin(), task.inputs.end(),
                                   [&](const task::Input& input) { return found.contains(input.task); });
    if (needs || task.id.hex.starts_with(beginning)) found.insert(task.id);
  }
  return found;
}

}  // namespace

std::vector<const plan::PlannedRun*> choose_runs(const plan::Plan& plan, const std::string& text) {
  std::vector<const plan::PlannedRun*> chosen;
  const bool may_be_id = !text.empty() && text.find_first_not_of("0123456789abcdef") == std::string::npos;
  for (const auto& run : plan.runs) {
    if (may_be_id && run.id.hex.starts_with(text)) chosen.push_back(&run);
  }
  if (!chosen.empty()) return chosen;
  const auto needing = may_be_id ? tasks_that_need(plan, text) : std::unordered_set<TaskId>{};
  for (const auto& run : plan.runs) {
    if (needing.contains(run.task)) chosen.push_back(&run);
  }
  if (!chosen.empty()) return chosen;
  const Wanted wanted = parse_wanted(text);
  for (const auto& run : plan.runs) {
    if (fits(run, wanted)) chosen.push_back(&run);
  }
  if (chosen.empty()) refuse(plan, text);
  return chosen;
}

}  // namespace espalier::cli
