// Checks [[pick]]: known experiments and axes, a metric that all candidates have, choices among runs that compare.
#include <algorithm>
#include <set>

#include "espalier/core/errors.hpp"
#include "espalier/study/axes.hpp"
#include "study/axis_names.hpp"
#include "study/cells.hpp"
#include "study/check/check_study.hpp"

namespace espalier::study {
namespace {

struct Scope {
  const CheckContext& context;
  const Experiment& experiment;
  const Pick& pick;
  void error(const std::string& part, const Problem& problem) const {
    context.report.error(pick.where, key_of(experiment, part), problem);
  }
  bool is_per(const std::string& axis) const {
    return std::find(pick.per.begin(), pick.per.end(), axis) != pick.per.end();
  }
};

void check_from(const Scope& scope) {
  std::set<std::string> seen;
  for (const auto& name : scope.pick.from) {
    if (!find_experiment(scope.context.study, name))
      unknown_experiment(scope.context, scope.pick.where, key_of(scope.experiment, "from"), name);
    if (!seen.insert(name).second) scope.error("from", {"'" + name + "' stands twice", "once is enough", ""});
  }
}

void check_metric(const Scope& scope) {
  if (scope.pick.best.empty()) return;
  metrics::MetricName metric;
  try {
    metric = metrics::parse_metric(scope.pick.best);
  } catch (const UsageError& error) {
    return scope.error("best", error.problem());
  }
  for (const auto& name : scope.pick.from) {
    const Experiment* from = find_experiment(scope.context.study, name);
    const std::string why = from ? not_recorded(scope.context, *from, metric) : "";
    if (why.empty()) continue;
    return scope.error("best", {"the candidates have no common metric '" + scope.pick.best + "'",
                                "experiment '" + name + "' does not record it: " + why,
                                "Name a metric that all of them record, or pick from others"});
  }
  if (metric.subset != metrics::Subset::test) return;
  scope.context.report.warning(
      scope.pick.where, key_of(scope.experiment, "best"),
      {"runs are picked on test images", "their accuracy at the choice is then too good", "Pick on valid.top1"});
}

/// Values of an axis that an experiment takes are not known before, and choices could not be told apart by them.
bool is_taken(const Experiment& experiment, const std::string& axis) {
  const auto takes = all_takes(experiment);
  return std::any_of(takes.begin(), takes.end(), [&](const Take& take) {
    return std::find(take.values.begin(), take.values.end(), axis) != take.values.end();
  });
}

void check_per_axis(const Scope& scope, const std::string& axis) {
  for (const auto& name : scope.pick.from) {
    const Experiment* from = find_experiment(scope.context.study, name);
    if (!from || from == &scope.experiment) continue;
    if (!has_axis(scope.context.study, *from, axis) && given_by(*from, axis) == Given::nowhere) {
      return scope.error("per", {"'" + axis + "' is no axis of experiment '" + name + "'",
                                 "a choice is made for each of its values", "Remove it, or fix it there"});
    }
    if (is_taken(*from, axis)) {
      return scope.error("per", {"'" + axis + "' is taken from a selection in experiment '" + name + "'",
                                 "its values are not known before", "Remove it"});
    }
  }
}

void check_per(const Scope& scope) {
  std::set<std::string> seen;
  for (const auto& axis : scope.pick.per) {
    if (!seen.insert(axis).second) scope.error("per", {"'" + axis + "' stands twice", "once is enough", ""});
    else if (!is_axis(axis)) scope.error("per", unknown_word("axis", axis, axis_names()));
    else check_per_axis(scope, axis);
  }
}

/// Results on several targets are on different images: none of them is the better one.
void check_targets(const Scope& scope) {
  if (scope.is_per("target")) return;
  std::set<std::string> targets;
  for (const auto& name : scope.pick.from) {
    const Experiment* from = find_experiment(scope.context.study, name);
    if (!from || from->pick) continue;
    const auto own = plain_values(*from, "target");
    for (const auto& value : own) targets.insert(to_string(value));
    if (own.empty())
      for (const auto& target : scope.context.study.targets) targets.insert(target.name);
  }
  if (targets.size() < 2) return;
  scope.error("per", {"the candidates have several targets", "results on different images do not compare",
                      "Add \"target\" to per"});
}

}  // namespace

void check_picks(const CheckContext& context) {
  for (const auto& experiment : context.study.experiments) {
    if (!experiment.pick) continue;
    const Scope scope{context, experiment, *experiment.pick};
    check_from(scope);
    check_metric(scope);
    check_per(scope);
    check_targets(scope);
  }
}

}  // namespace espalier::study
