// Checks `start` and `units_from`: the experiment exists, runs are found by axes of both, and each finds exactly one.
#include <algorithm>
#include <set>

#include "espalier/study/axes.hpp"
#include "espalier/study/kinds.hpp"
#include "espalier/study/needs.hpp"
#include "study/cells.hpp"
#include "study/check/check_study.hpp"

namespace espalier::study {
namespace {

/// One `start`, or the run of an entry of `units_from`, with both experiments.
struct Scope {
  const CheckContext& context;
  const Experiment &child, &parent;
  const Start& start;
  std::string key;  ///< "start" or "units_from"
  void error(const std::string& part, const Problem& problem) const {
    context.report.error(start.where, key_of(child, key + (part.empty() ? "" : "." + part)), problem);
  }
  bool by(const std::string& axis) const {
    return std::find(start.same.begin(), start.same.end(), axis) != start.same.end();
  }
};

std::string named(const Experiment& experiment) { return "experiment '" + experiment.name + "'"; }

std::string quoted(const std::vector<std::string>& words, const char* quote) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + (quote + word) + quote;
  return text;
}

/// The axes that runs of an experiment can be told apart by.
std::vector<std::string> labels_of(const Study& study, const Experiment& experiment) {
  std::vector<std::string> names;
  for (const auto& given : given_axes(experiment)) names.push_back(given.name);
  for (const auto& row : axes()) {
    if (has_axis(study, experiment, row.name)) names.push_back(row.name);
  }
  std::vector<std::string> once;
  std::set<std::string> seen;
  for (const auto& name : names) {
    if (seen.insert(name).second) once.push_back(name);
  }
  return once;
}

/// Whether the axis is one of the experiment; reports it where it is none.
bool check_is_axis(const Scope& scope, const Experiment& experiment, const std::string& axis) {
  const auto known = labels_of(scope.context.study, experiment);
  if (std::find(known.begin(), known.end(), axis) != known.end()) return true;
  const std::string near = nearest(axis, known);
  scope.error("same", {"'" + axis + "' is no axis of " + named(experiment), "its axes are " + quoted(known, "'"),
                       near.empty() ? "Remove it, or give both experiments the axis" : "Did you mean '" + near + "'?"});
  return false;
}

/// Whether the values that runs of a pick have on the axis are those of the runs that were chosen.
bool is_chosen(const Pick& pick, const std::string& axis) {
  const auto* row = axis_row(axis);
  const bool is_per = std::find(pick.per.begin(), pick.per.end(), axis) != pick.per.end();
  return !is_per && !(row && row->repeats) && axis != "target";
}

bool is_taken(const Experiment& experiment, const std::string& axis) {
  if (experiment.pick) return is_chosen(*experiment.pick, axis);
  const auto takes = all_takes(experiment);
  return std::any_of(takes.begin(), takes.end(), [&](const Take& take) {
    return std::find(take.values.begin(), take.values.end(), axis) != take.values.end();
  });
}

/// The values an axis has in an experiment, by default too, where they are known.
std::vector<std::string> values_of(const Study& study, const Experiment& experiment, const std::string& axis) {
  std::vector<std::string> words;
  if (experiment.pick) {  // those of its candidates
    for (const auto& from : experiment.pick->from) {
      const Experiment* candidate = find_experiment(study, from);
      if (!candidate || candidate->pick) continue;
      for (auto& word : values_of(study, *candidate, axis)) words.push_back(std::move(word));
    }
    return words;
  }
  for (const auto& value : plain_values(experiment, axis)) words.push_back(to_string(value));
  if (!words.empty() || is_taken(experiment, axis)) return words;
  if (axis == "replicate") return {"1"};
  return has_axis(study, experiment, axis) ? names_of(study, axis) : words;
}

/// Checks names and numbers that both experiments list; sizes are compared when planning, where "all" is a number.
void check_values(const Scope& scope, const std::string& axis) {
  const auto* row = axis_row(axis);
  if (!row || (!row->known && !row->repeats) || is_taken(scope.child, axis)) return;
  const auto there = values_of(scope.context.study, scope.parent, axis);
  for (const auto& value : values_of(scope.context.study, scope.child, axis)) {
    if (there.empty() || std::find(there.begin(), there.end(), value) != there.end()) continue;
    return scope.error("same", {"no run of " + named(scope.parent) + " has " + axis + " " + value,
                                "its values are " + quoted(there, "'"), "Give this experiment the same values"});
  }
}

void check_same(const Scope& scope) {
  std::set<std::string> seen;
  for (const auto& axis : scope.start.same) {
    if (!seen.insert(axis).second) {
      scope.error("same", {"'" + axis + "' stands twice", "once is enough", ""});
      continue;
    }
    if (!check_is_axis(scope, scope.parent, axis) || !check_is_axis(scope, scope.child, axis)) continue;
    if (is_taken(scope.parent, axis)) {
      scope.error("same", {"'" + axis + "' is taken from a selection in " + named(scope.parent),
                           "its values are not known before", "Find the run by the axes that it varies"});
    } else {
      check_values(scope, axis);
    }
  }
}

/// Whether the axes of `same` decide the value of this one: it is coupled with one of them, or follows one with a value
/// each.
bool is_decided(const Scope& scope, const Axis& axis) {
  for (const auto& group : scope.parent.zips) {
    const bool has = std::find(group.begin(), group.end(), axis.name) != group.end();
    if (has && std::any_of(group.begin(), group.end(), [&](const auto& other) { return scope.by(other); })) return true;
  }
  const auto one_each = [](const Axis& own) {
    return std::all_of(own.per.begin(), own.per.end(), [](const auto& entry) { return entry.second.size() < 2; });
  };
  if (!axis.by.empty()) return scope.by(axis.by) && one_each(axis);
  return std::any_of(scope.parent.axes.begin(), scope.parent.axes.end(),  // its followers may tell its values apart
                     [&](const Axis& other) { return other.by == axis.name && scope.by(other.name); });
}

/// Axes of the parent with several values that `same` leaves open.
std::vector<std::string> open_axes(const Scope& scope) {
  std::vector<std::string> open;
  if (const auto& pick = scope.parent.pick) {
    for (const auto& axis : pick->per) {
      const auto values = values_of(scope.context.study, scope.parent, axis);
      if (std::set<std::string>(values.begin(), values.end()).size() > 1 && !scope.by(axis)) open.push_back(axis);
    }
    return open;
  }
  std::set<std::string> given;
  for (const auto& axis : scope.parent.axes) {
    given.insert(axis.name);
    const bool several = axis.values.size() > 1 || !axis.by.empty();
    if (several && !scope.by(axis.name) && !is_decided(scope, axis)) open.push_back(axis.name);
  }
  for (const auto& one : given_axes(scope.parent)) given.insert(one.name);
  const auto context = grid_context_of(scope.context.study);
  for (const auto& row : axes()) {
    const bool every = left_out_in(row, scope.parent, context) == LeftOut::every && !given.contains(row.name);
    if (every && !scope.by(row.name) && names_of(scope.context.study, row.name).size() > 1) open.push_back(row.name);
  }
  return open;
}

/// Exclusions may leave one run where axes leave several; planning tells then.
bool check_one_run(const Scope& scope) {
  const auto open = scope.parent.excludes.empty() ? open_axes(scope) : std::vector<std::string>{};
  if (open.empty() || scope.context.report.has_error({key_of(scope.parent, "axes")})) return true;
  scope.error("same", {named(scope.parent) + " has several values of " + quoted(open, "'"),
                       "a run starts from exactly one run", "Add " + quoted(open, "\"") + " to same"});
  return false;
}

std::vector<std::string> networks_of(const Study& study, const Experiment& experiment) {
  auto names = values_of(study, experiment, "network");
  if (names.empty() && !is_taken(experiment, "network") && !study.networks.empty())
    names.push_back(study.networks.front().name);
  return names;
}

void check_network(const Scope& scope) {
  if (scope.by("network")) return;
  const auto here = networks_of(scope.context.study, scope.child),
             there = networks_of(scope.context.study, scope.parent);
  if (there.size() != 1) return;
  for (const auto& name : here) {
    if (name == there.front()) continue;
    return scope.error("", {"network '" + name + "' cannot start from " + named(scope.parent),
                            "that trains network '" + there.front() + "'", "Give both the same network"});
  }
}

void check_run(const CheckContext& context, const Experiment& child, const Start& start, const std::string& key) {
  if (start.experiment.empty()) return;
  const Experiment* parent = find_experiment(context.study, start.experiment);
  if (!parent) {
    return unknown_experiment(context, start.where, key_of(child, key + ".experiment"), start.experiment);
  }
  const Scope scope{context, child, *parent, start, key};
  if (!trains(*parent) && !parent->pick) {
    return scope.error("experiment", {named(*parent) + " leaves no network", "it is of kind \"" + parent->kind + "\"",
                                      "Name an experiment that trains"});
  }
  check_same(scope);
  if (check_one_run(scope)) check_network(scope);
}

/// Refuses values of `source` and `source.KEY` where units come from runs, unless runs are found by them.
void check_no_source(const CheckContext& context, const Experiment& experiment) {
  for (const auto& given : given_axes(experiment)) {
    const bool source = given.name == "source" || given.name.starts_with("source.");
    if (!source || finds_runs_by(experiment, given.name)) continue;
    context.report.error(given.where, key_of(experiment, given.name),
                         {"both start and " + given.name,
                          "units come from a run of '" + experiment.start->experiment + "', so that no source is used",
                          "Remove one, or add \"" + given.name + "\" to same where it tells runs apart"});
  }
}

}  // namespace

void check_starts(const CheckContext& context) {
  for (const auto& experiment : context.study.experiments) {
    if (experiment.start && kind_of(experiment) != Kind::distance) {  // which has none: check_kinds() says so
      check_run(context, experiment, *experiment.start, "start");
      if (kind_of(experiment) != Kind::retrieval) check_no_source(context, experiment);  // which looks up in one
    }
    for (const auto& units : experiment.units_from) {
      if (units.run) check_run(context, experiment, *units.run, "units_from");
    }
  }
}

}  // namespace espalier::study
