// Checks each experiment: unique names, values that must exist, units within the network, a source to copy from.
#include <algorithm>
#include <set>

#include "espalier/study/axes.hpp"
#include "espalier/study/kinds.hpp"
#include "espalier/study/train_table.hpp"
#include "espalier/study/units_word.hpp"
#include "study/cells.hpp"
#include "study/check/check_study.hpp"

namespace espalier::study {
namespace {

/// One experiment, and where its errors are reported.
struct Scope {
  const CheckContext& context;
  const Experiment& experiment;
  void error(Location where, const std::string& part, const Problem& problem) const {
    context.report.error(where, key_of(experiment, part), problem);
  }
};

void check_unique_names(const CheckContext& context) {
  std::set<std::string> seen;
  for (const auto& experiment : context.study.experiments) {
    if (seen.insert(experiment.name).second) continue;
    context.report.error(
        experiment.where, key_of(experiment, "name"),
        {"two experiments are named '" + experiment.name + "'", "selections and figures name them", "Rename one"});
  }
}

/// The place of an axis's values in the study, or that of the experiment.
Location place_of(const Experiment& experiment, const std::string& axis) {
  const Axis* found = find_axis(experiment, axis);
  return found ? found->where : experiment.where;
}

void check_known(const Scope& scope, const std::string& axis, const std::vector<std::string>& known) {
  for (const auto& value : plain_values(scope.experiment, axis)) {
    const std::string word = to_string(value);
    if (std::find(known.begin(), known.end(), word) != known.end()) continue;
    scope.error(place_of(scope.experiment, axis), axis, unknown_word(axis, word, known));
  }
}

/// Refuses numbers of an axis beyond those that [split] has.
void check_numbers(const Scope& scope, const std::string& axis, std::int64_t count) {
  for (const auto& value : plain_values(scope.experiment, axis)) {
    if (!value.integer() || *value.integer() <= count) continue;
    return scope.error(place_of(scope.experiment, axis), axis,
                       {"there is no " + axis + " " + to_string(value), "[split] has " + std::to_string(count), ""});
  }
}

void check_folds(const Scope& scope) {
  const auto folds = scope.context.study.split.folds;
  if (folds > 0) return check_numbers(scope, "fold", folds);
  for (const auto& given : given_axes(scope.experiment)) {
    if (given.name != "fold") continue;
    return scope.error(given.where, "fold",
                       {"there are no folds", "split.folds is not set", "Add folds = 5 to [split]"});
  }
}

void check_units(const Scope& scope) {
  const Depth depth = depth_of(scope.context.study, scope.experiment);
  if (depth.most == 0) return;
  for (const auto& axis : axes()) {
    if (!axis.counts_units) continue;
    for (const auto& value : plain_values(scope.experiment, axis.name)) {
      if (!value.integer() || *value.integer() <= depth.most) continue;
      scope.error(
          place_of(scope.experiment, axis.name), axis.name,
          {to_string(value) + " is out of range", "the network has " + std::to_string(depth.most) + " units", ""});
    }
  }
  for (const auto& value : plain_values(scope.experiment, "units")) {
    if (!value.word()) continue;
    const auto units = static_cast<std::int32_t>(parse_units_word(*value.word()).size());
    if (units >= depth.least && units <= depth.most) continue;
    scope.error(place_of(scope.experiment, "units"), "units",
                {to_string(value) + " names " + std::to_string(units) + " units",
                 "the network has " + std::to_string(depth.most), ""});
  }
}

bool copies(const Experiment& experiment) {
  if (given_by(experiment, "tuned_unit") != Given::nowhere) return true;
  const auto words = plain_values(experiment, "units");
  if (!words.empty()) {
    return std::any_of(words.begin(), words.end(),
                       [](const Value& word) { return to_string(word).find_first_of("FTS") != std::string::npos; });
  }
  const auto values = plain_values(experiment, "transferred");
  if (values.empty()) return true;  // the default copies all units but the classifier
  return std::any_of(values.begin(), values.end(), [](const Value& n) { return n != Value(0); });
}

void check_has_source(const Scope& scope) {
  const bool needs_none = scope.experiment.start || !trains(scope.experiment);
  if (needs_none || !scope.context.study.sources.empty() || !copies(scope.experiment)) return;
  const auto said = [&](const char* part) { return scope.context.report.has_error({key_of(scope.experiment, part)}); };
  if (said("fixed.transferred") || said("axes.transferred") || scope.context.report.has_error({"source."})) return;
  scope.error(place_of(scope.experiment, "transferred"), "transferred",
              {"units are copied but there is no source", "what is transferred comes from one",
               "Add [source.NAME] or start = { experiment = ... }, or fix transferred = 0"});
}

/// Checks that each axis gets its values in one way only.
void check_one_origin(const Scope& scope) {
  std::vector<std::pair<std::string, Location>> given;
  const Experiment& experiment = scope.experiment;
  for (const auto& axis : experiment.axes) given.emplace_back(axis.name, axis.where);
  for (const auto& [name, value] : experiment.fixed) given.emplace_back(name, experiment.where);
  for (const auto& take : experiment.takes) {
    for (const auto& name : take.values) given.emplace_back(name, take.where);
  }
  auto clash = [&](const std::vector<std::pair<std::string, Location>>& all, const std::string& part) {
    std::set<std::string> seen;
    for (const auto& [name, where] : all) {
      if (!seen.insert(name).second) {
        scope.error(where, part.empty() ? name : part,
                    {"'" + name + "' is given twice", "axes, fixed, take and cases exclude each other", "Remove one"});
      }
    }
  };
  clash(given, "");
  for (const auto& one : experiment.cases) {
    std::vector<std::pair<std::string, Location>> own;
    for (const auto& [name, value] : one.fixed) own.emplace_back(name, one.where);
    for (const auto& take : one.takes) {
      for (const auto& name : take.values) own.emplace_back(name, take.where);
    }
    for (const auto& axis : experiment.axes) own.insert(own.begin(), {axis.name, axis.where});
    clash(own, "case." + one.name);
  }
}

bool gives(const Experiment& experiment, const std::string& axis) {
  return !plain_values(experiment, axis).empty() || given_by(experiment, axis) != Given::nowhere;
}

/// Checks that an axis is not combined with others whose meaning it contains.
void check_alone(const Scope& scope, const std::string& axis, const std::vector<std::string>& others) {
  if (!gives(scope.experiment, axis)) return;
  for (const auto& other : others) {
    if (!gives(scope.experiment, other)) continue;
    scope.error(place_of(scope.experiment, axis), axis,
                {"both " + axis + " and " + other, "each says which units are copied or frozen", "Keep one"});
  }
}

void check_rate_axes(const Scope& scope) {
  for (const auto& axis : scope.experiment.axes) {
    const bool source = axis.name.starts_with("source.rates."), train = axis.name.starts_with("train.rates.");
    if (!source && !train) continue;
    TrainValues trial = merged(train_defaults(), scope.context.study.train);
    for (const auto& value : axis.values) {
      const auto problem = set_train_value(trial, axis.name.substr(source ? 7 : 6), value);
      if (problem) return scope.error(axis.where, axis.name, *problem);
    }
  }
}

/// Refuses names of augmentation that the study does not have.
void check_augments(const Scope& scope) {
  for (const char* axis : {"train.augment", "source.augment"}) {
    check_known(scope, axis, augment_names(scope.context.study));
  }
}

}  // namespace

void check_experiments(const CheckContext& context) {
  check_unique_names(context);
  for (const auto& experiment : context.study.experiments) {
    const Scope scope{context, experiment};
    for (const auto& axis : axes()) {
      if (axis.known && !axis.repeats) check_known(scope, axis.name, names_of(context.study, axis.name));
    }
    check_numbers(scope, "split", context.study.split.count);
    check_folds(scope);
    check_units(scope);
    check_has_source(scope);
    check_one_origin(scope);
    check_alone(scope, "units", {"transferred", "frozen"});
    check_alone(scope, "tuned_unit", {"units", "transferred", "frozen"});
    check_rate_axes(scope);
    check_augments(scope);
    check_grid(context, experiment);
  }
}

void unknown_experiment(const CheckContext& context, Location where, const std::string& key, const std::string& name) {
  if (context.report.has_error({"experiment.#", "pick.#"})) return;  // whose name was refused
  context.report.error(where, key, unknown_word("experiment", name, experiment_names(context.study)));
}

}  // namespace espalier::study
