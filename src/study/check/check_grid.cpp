// Checks zips, dependent axes and case names of an experiment.
#include <algorithm>
#include <set>

#include "study/cells.hpp"
#include "study/check/check_study.hpp"

namespace espalier::study {
namespace {

std::vector<std::string> axis_names_of(const Experiment& experiment) {
  std::vector<std::string> names;
  for (const auto& axis : experiment.axes) names.push_back(axis.name);
  return names;
}

void check_zip_group(const CheckContext& context, const Experiment& experiment, const std::vector<std::string>& group,
                     std::set<std::string>& used) {
  auto error = [&](const Problem& problem) {
    context.report.error(experiment.where, key_of(experiment, "zip"), problem);
  };
  const Axis* first = nullptr;
  if (group.size() < 2) return error({"a zip couples at least two axes", "found " + std::to_string(group.size()), ""});
  for (const auto& name : group) {
    const Axis* axis = find_axis(experiment, name);
    if (!axis) return error(unknown_word("axis", name, axis_names_of(experiment)));
    if (!used.insert(name).second)
      return error({"'" + name + "' is coupled twice", "an axis belongs to one group", ""});
    if (!axis->by.empty())
      return error({"'" + name + "' follows another axis", "a dependent axis cannot be coupled", ""});
    if (!first) first = axis;
    if (axis->values.size() == first->values.size()) continue;
    context.report.error(axis->where, key_of(experiment, "zip"),
                         {"'" + first->name + "' has " + std::to_string(first->values.size()) + " values and '" + name +
                              "' " + std::to_string(axis->values.size()),
                          "coupled axes advance together", "Give them equally many"});
    return;
  }
}

std::vector<std::string> leader_values(const CheckContext& context, const Experiment& experiment,
                                       const std::string& by) {
  std::vector<std::string> words;
  for (const auto& value : plain_values(experiment, by)) words.push_back(to_string(value));
  return words.empty() ? names_of(context.study, by) : words;
}

void check_dependent(const CheckContext& context, const Experiment& experiment, const Axis& axis) {
  const std::string key = key_of(experiment, "axes." + axis.name);
  const Axis* leader = find_axis(experiment, axis.by);
  if (leader && (!leader->by.empty() || leader == &axis)) {
    return context.report.error(
        axis.where, key + ".by",
        {"'" + axis.by + "' follows another axis itself", "one step of dependence is possible", ""});
  }
  const auto values = leader_values(context, experiment, axis.by);
  if (values.empty())
    return context.report.error(axis.where, key + ".by", unknown_word("axis", axis.by, axis_names_of(experiment)));
  for (const auto& [value, some] : axis.per) {
    if (std::find(values.begin(), values.end(), value) == values.end()) {
      context.report.error(axis.where, key, unknown_word(axis.by, value, values));
    }
  }
  for (const auto& value : values) {
    if (axis.per.contains(value)) continue;
    context.report.error(
        axis.where, key,
        {"no values for " + axis.by + " '" + value + "'", "the axis follows " + axis.by, "Add " + value + " = [...]"});
  }
}

void check_case_names(const CheckContext& context, const Experiment& experiment) {
  std::vector<std::string> defined;
  for (const auto& one : experiment.cases) defined.push_back(one.name);
  const auto used = plain_values(experiment, "case");
  const Axis* axis = find_axis(experiment, "case");
  for (const auto& value : used) {
    if (std::find(defined.begin(), defined.end(), to_string(value)) != defined.end()) continue;
    context.report.error(axis ? axis->where : experiment.where, key_of(experiment, "case"),
                         unknown_word("case", to_string(value), defined));
  }
  for (const auto& one : experiment.cases) {
    if (std::find(used.begin(), used.end(), Value(one.name)) != used.end()) continue;
    context.report.error(one.where, key_of(experiment, "case." + one.name),
                         {"the case '" + one.name + "' is not used", "the axis 'case' does not name it",
                          "Add it to axes: case = [\"" + one.name + "\"]"});
  }
}

}  // namespace

void check_grid(const CheckContext& context, const Experiment& experiment) {
  std::set<std::string> used;
  for (const auto& group : experiment.zips) check_zip_group(context, experiment, group, used);
  for (const auto& axis : experiment.axes) {
    if (!axis.by.empty()) check_dependent(context, experiment, axis);
  }
  check_case_names(context, experiment);
}

}  // namespace espalier::study
