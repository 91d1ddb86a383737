// Finds for each label and training value of a run whether an axis, the study or a default set it.
#include "cli/show_origins.hpp"

#include <algorithm>

#include "espalier/study/axes.hpp"
#include "espalier/study/needs.hpp"
#include "espalier/study/parse.hpp"
#include "espalier/study/train_table.hpp"

namespace espalier::cli {
namespace {

using study::TrainValues;

const study::Experiment* find_experiment(const study::Study& study, const std::string& name) {
  for (const auto& one : study.experiments) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

bool fixes(const std::vector<std::pair<std::string, study::Value>>& fixed, const std::string& axis) {
  return std::any_of(fixed.begin(), fixed.end(), [&](const auto& entry) { return entry.first == axis; });
}

bool takes(const std::vector<study::Take>& all, const std::string& axis) {
  return std::any_of(all.begin(), all.end(), [&](const study::Take& take) {
    return std::find(take.values.begin(), take.values.end(), axis) != take.values.end();
  });
}

std::string origin_of(const study::Experiment& experiment, const plan::PlannedRun& run, const std::string& axis) {
  if (experiment.pick) return "of the candidates of pick " + experiment.name;
  for (const auto& own : experiment.axes) {
    if (own.name == axis) return own.by.empty() ? "axis" : "axis by " + own.by;
  }
  const auto* its_case = run.label("case");
  for (const auto& one : experiment.cases) {
    if (!its_case || one.name != *its_case) continue;
    if (fixes(one.fixed, axis)) return "case " + one.name;
    if (takes(one.takes, axis)) return "selection of case " + one.name;
  }
  if (takes(experiment.takes, axis)) return "selection";
  if (fixes(experiment.fixed, axis)) return "fixed";
  const auto* row = study::axis_row(axis);
  const bool takes_all = row && (row->left_out == study::LeftOut::every || row->left_out == study::LeftOut::cases);
  return takes_all ? "default: all" : "default";
}

/// Where the units of a run come from, where that is not its source.
void add_networks(const study::Experiment& experiment, std::vector<ShownValue>& all) {
  if (experiment.start) all.push_back({"start", to_string(*experiment.start), "experiment " + experiment.name});
  for (const auto& units : experiment.units_from) {
    const auto [numbers, from] = study::origin_of(units);
    all.push_back({numbers, from, "experiment " + experiment.name});
  }
}

/// The sets of training values that apply to a run, the most specific first, each with its name.
std::vector<std::pair<TrainValues, std::string>> layers(const study::Study& study, const plan::PlannedRun& run,
                                                        ShownRole role) {
  std::vector<std::pair<TrainValues, std::string>> all;
  const std::string axis = role == ShownRole::source ? "source" : "target";
  const auto* name = run.label(axis);
  const auto add = [&](const auto& entries) {
    for (const auto& entry : entries) {
      if (name && entry.name == *name) all.emplace_back(entry.train, "[" + axis + "." + entry.name + ".train]");
    }
  };
  if (role == ShownRole::source) add(study.sources);
  else add(study.targets);
  all.emplace_back(study.train, "[train]");
  auto defaults = study::train_defaults();
  auto whole = defaults;
  for (auto set = all.rbegin(); set != all.rend(); ++set) whole = study::merged(whole, set->first);
  whole.evaluate_every.reset();
  whole.warmup.reset();
  study::settle(whole, std::any_of(all.begin(), all.end(), [](const auto& set) { return !set.first.rates.empty(); }));
  defaults.evaluate_every = whole.evaluate_every;
  defaults.warmup = whole.warmup;
  all.emplace_back(std::move(defaults), "default");
  return all;
}

/// " (flip, rotation 10)" of the setting of that name.
std::string augmentation_of(const study::Study& study, const std::string& name) {
  const auto augment = study::augment_named(study, name);
  return augment && name != study::kNoAugment ? " (" + study::augment_text(*augment) + ")" : "";
}

}  // namespace

std::vector<ShownValue> shown_labels(const study::Study& study, const plan::PlannedRun& run) {
  const auto* experiment = find_experiment(study, run.experiment);
  std::vector<ShownValue> all;
  for (const auto& label : run.labels) {
    all.push_back({label.axis, label.value, experiment ? origin_of(*experiment, run, label.axis) : ""});
  }
  if (experiment) add_networks(*experiment, all);
  return all;
}

std::vector<ShownValue> shown_training(const study::Study& study, const plan::PlannedRun& run, ShownRole role) {
  const auto sets = layers(study, run, role);
  const std::string prefix = role == ShownRole::source ? "source." : "train.";
  std::vector<ShownValue> all;
  for (const auto& row : study::train_rows()) {
    ShownValue shown{row.key, "", ""};
    if (const auto* set = run.label(study::stored_axis_name(prefix + row.key))) {
      shown.value = *set;
      if (row.key == "augment") shown.value += augmentation_of(study, *set);
      shown.from = "experiment " + run.experiment;
    }
    for (auto set = sets.begin(); shown.from.empty() && set != sets.end(); ++set) {
      if (const auto text = row.text(set->first)) shown = {row.key, *text, set->second};
    }
    if (!shown.from.empty()) all.push_back(shown);  // warn_below has no default
  }
  return all;
}

}  // namespace espalier::cli
