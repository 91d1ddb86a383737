// Checks selections: known experiments and axes, a recorded metric.
#include <algorithm>
#include <set>

#include "espalier/core/errors.hpp"
#include "espalier/metrics/row.hpp"
#include "espalier/study/kinds.hpp"
#include "study/axis_names.hpp"
#include "study/cells.hpp"
#include "study/check/check_study.hpp"

namespace espalier::study {
namespace {

struct Scope {
  const CheckContext& context;
  const Experiment& experiment;
  const Take& take;
  void error(const std::string& part, const Problem& problem) const {
    context.report.error(take.where, key_of(experiment, "take." + part), problem);
  }
};

}  // namespace

std::set<std::string> targets_of(const Study& study, const Experiment& experiment) {
  std::set<std::string> names;
  if (experiment.pick) {
    for (const auto& name : experiment.pick->from) {
      const Experiment* from = find_experiment(study, name);
      if (from && !from->pick) names.merge(targets_of(study, *from));
    }
    return names;
  }
  for (const auto& value : plain_values(experiment, "target")) names.insert(to_string(value));
  if (names.empty()) {
    for (const auto& target : study.targets) names.insert(target.name);
  }
  return names;
}

namespace {

/// Why a metric is not one of the labels of the experiment's targets; "" where it is one of all of them.
std::string not_of_targets(const Study& study, const Experiment& experiment, const metrics::MetricName& metric) {
  const auto wanted = targets_of(study, experiment);
  for (const auto& target : study.targets) {
    const auto data = study.data.find(target.data);
    if (!wanted.contains(target.name) || data == study.data.end()) continue;
    if (std::string why = not_of_labels(data->second, metric.metric); !why.empty()) return why;
  }
  return "";
}

}  // namespace

std::string not_recorded(const Study& study, const Experiment& experiment, const metrics::MetricName& metric) {
  if (experiment.pick) {  // its runs are those of its candidates
    for (const auto& name : experiment.pick->from) {
      const Experiment* from = find_experiment(study, name);
      const std::string why = from && !from->pick ? not_recorded(study, *from, metric) : "";
      if (!why.empty()) return why;
    }
    return "";
  }
  const auto subset = metric.subset;
  const bool of_retrieval = metric.metric == metrics::Metric::map10;
  const bool of_distance = metrics::facts_of(metric.metric).of_sets && !of_retrieval;
  const Kind kind = kind_of(experiment);
  if (kind == Kind::distance)
    return of_distance && subset == metrics::Subset::test ? ""
                                                          : "a distance experiment gives test.distance and test.floor";
  if (of_distance) return "only a distance experiment compares images of a source and a target";
  if (of_retrieval != (kind == Kind::retrieval))
    return of_retrieval ? "only a retrieval experiment looks images up" : "a retrieval experiment gives map@10";
  if (subset == metrics::Subset::train && !trains(experiment)) return "nothing is trained";
  if (std::string why = not_of_targets(study, experiment, metric); !why.empty()) return why;
  if (subset == metrics::Subset::train && metrics::facts_of(metric.metric).needs_scores)
    return "it is measured of a network, not while that is trained";
  const bool is_share = metric.metric == metrics::Metric::top1 || metric.metric == metrics::Metric::top5;
  if (kind == Kind::neighbours && (!is_share || subset == metrics::Subset::train_eval))
    return "a neighbours experiment gives top1 and top5 of validation and test images";
  const auto wanted = targets_of(study, experiment);
  const bool folded = has_axis(study, experiment, "fold") || given_by(experiment, "fold") != Given::nowhere;
  for (const auto& target : study.targets) {
    const auto data = study.data.find(target.data);
    if (!wanted.contains(target.name) || data == study.data.end()) continue;
    const DataSet& set = data->second;
    if (subset == metrics::Subset::valid && set.valid_per_class == 0 && set.valid_images == 0 && !folded)
      return "data." + set.name + " holds out no validation images";
    if (subset == metrics::Subset::test && set.test_per_class == 0 && set.test_images == 0 && !set.test_files)
      return "data." + set.name + " has no test images";
    const auto values = merged(merged(train_defaults(), study.train), target.train);
    const bool varied = given_by(experiment, stored_axis_name("train.train_eval")) != Given::nowhere;
    if (subset == metrics::Subset::train_eval && !*values.train_eval && !varied) return "train.train_eval is false";
  }
  return "";
}

std::string how_to_record(const Study& study, const Experiment& experiment, const metrics::MetricName& metric) {
  const std::string subset = metrics::name_of(metric.subset);
  if (!not_of_targets(study, experiment, metric).empty())
    return "Name " + subset + (metrics::facts_of(metric.metric).multi_label ? ".top1" : ".ap") +
           ", or targets whose labels it is of";
  if (metrics::facts_of(metric.metric).needs_scores && metric.subset == metrics::Subset::train)
    return "Name the same of valid, test or train_eval";
  if (metrics::facts_of(metric.metric).of_sets) {
    const bool of_retrieval = metric.metric == metrics::Metric::map10;
    return std::string("Name another metric, or an experiment of kind \"") + (of_retrieval ? "retrieval" : "distance") +
           "\"";
  }
  switch (metric.subset) {
    case metrics::Subset::valid: return "Add valid = { per_class = N } to the data, or folds to [split]";
    case metrics::Subset::test: return "Add test = { per_class = N } to the data, or test files";
    case metrics::Subset::train_eval: return "Set train.train_eval = true";
    case metrics::Subset::train: break;
  }
  return "";
}

bool is_said_of_data(const CheckContext& context, const std::string& data) {
  std::set<std::string> seen;
  for (std::string name = data; !name.empty() && seen.insert(name).second;) {
    if (context.report.has_error({"data." + name + "."})) return true;
    const auto found = context.study.data.find(name);
    name = found == context.study.data.end() ? "" : found->second.from;
  }
  return false;
}

bool is_said_of_targets(const CheckContext& context, const Experiment& experiment) {
  if (experiment.pick) {  // its runs are those of its candidates
    return std::any_of(experiment.pick->from.begin(), experiment.pick->from.end(), [&](const std::string& name) {
      const Experiment* from = find_experiment(context.study, name);
      return from && !from->pick && is_said_of_targets(context, *from);
    });
  }
  const auto names = targets_of(context.study, experiment);
  return context.report.has_error({"split."}) ||
         std::any_of(context.study.targets.begin(), context.study.targets.end(), [&](const Target& target) {
           return names.contains(target.name) &&
                  (context.report.has_error({"target." + target.name + "."}) || is_said_of_data(context, target.data));
         });
}

std::string not_recorded(const CheckContext& context, const Experiment& experiment, const metrics::MetricName& metric) {
  if (is_said_of_targets(context, experiment)) return "";
  return not_recorded(context.study, experiment, metric);
}

namespace {

void check_metric(const Scope& scope) {
  if (scope.take.best.empty()) return;
  metrics::MetricName metric;
  try {
    metric = metrics::parse_metric(scope.take.best);
  } catch (const UsageError& error) {
    return scope.error("best", error.problem());
  }
  for (const auto& name : scope.take.from) {
    const Experiment* from = find_experiment(scope.context.study, name);
    const std::string why = from ? not_recorded(scope.context, *from, metric) : "";
    if (!why.empty())
      return scope.error("best", {"'" + scope.take.best + "' is not recorded in experiment '" + name + "'", why,
                                  how_to_record(scope.context.study, *from, metric)});
  }
  if (metric.subset != metrics::Subset::test) return;
  scope.context.report.warning(
      scope.take.where, key_of(scope.experiment, "take.best"),
      {"values are chosen on test images", "their accuracy at the choice is then too good", "Choose on valid.top1"});
}

void check_axis_list(const Scope& scope, const std::string& part, const std::vector<std::string>& names) {
  std::set<std::string> seen;
  for (const auto& name : names) {
    if (!is_axis(name)) scope.error(part, unknown_word("axis", name, axis_names()));
    if (!seen.insert(name).second) scope.error(part, {"'" + name + "' stands twice", "once is enough", ""});
  }
}

void check_per(const Scope& scope) {
  for (const auto& name : scope.take.per) {
    if (!is_axis(name)) continue;
    if (!has_axis(scope.context.study, scope.experiment, name) && given_by(scope.experiment, name) == Given::nowhere) {
      scope.error("per",
                  {"'" + name + "' is no axis of this experiment", "a choice is made for each of its values", ""});
    }
    for (const auto& experiment : scope.take.from) {
      const Experiment* from = find_experiment(scope.context.study, experiment);
      if (!from || has_axis(scope.context.study, *from, name) || given_by(*from, name) != Given::nowhere) continue;
      scope.error("per", {"'" + name + "' is no axis of experiment '" + experiment + "'",
                          "a choice is made for each of its values", ""});
    }
    if (std::find(scope.take.mean_over.begin(), scope.take.mean_over.end(), name) != scope.take.mean_over.end()) {
      scope.error("per", {"'" + name + "' is in per and in mean_over", "a choice for each value averages over none",
                          "Remove one"});
    }
  }
}

void check_from(const Scope& scope) {
  for (const auto& name : scope.take.from) {
    if (!find_experiment(scope.context.study, name))
      unknown_experiment(scope.context, scope.take.where, key_of(scope.experiment, "take.from"), name);
  }
}

}  // namespace

void check_takes(const CheckContext& context) {
  for (const auto& experiment : context.study.experiments) {
    for (const auto& take : all_takes(experiment)) {
      const Scope scope{context, experiment, take};
      check_axis_list(scope, "values", take.values);
      check_axis_list(scope, "mean_over", take.mean_over);
      check_axis_list(scope, "per", take.per);
      check_from(scope);
      check_metric(scope);
      check_per(scope);
    }
  }
}

}  // namespace espalier::study
