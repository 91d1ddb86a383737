// Finds for each label and training value of a run whether an axis, the study or a default set it.
#include "cli/show_origins.hpp"

#include <algorithm>
#include <functional>

#include "espalier/study/train_values.hpp"

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
  if (axis == "split" || axis == "source" || axis == "target" || axis == "case") return "default: all";
  return "default";
}

std::string duration_text(const std::optional<study::Duration>& duration) {
  return duration ? study::to_string(*duration) : "never";
}

std::string augment_text(const task::AugmentSpec& augment) {
  std::string text;
  const auto add = [&](bool on, const std::string& what) { text += on ? (text.empty() ? "" : ", ") + what : ""; };
  add(augment.flip, "flip");
  add(augment.shifted_crop > 0, "shifted crop " + std::to_string(augment.shifted_crop));
  add(augment.random_resized > 0, "random resized crop " + std::to_string(augment.random_resized));
  add(augment.centre_crop > 0, "centre crop " + std::to_string(augment.centre_crop));
  add(augment.rotation_degrees != 0, "rotation " + study::to_string(study::Value(augment.rotation_degrees)));
  add(augment.translation != 0, "translation " + study::to_string(study::Value(augment.translation)));
  return text.empty() ? "none" : text;
}

std::string rates_text(const std::vector<study::RateGroup>& groups) {
  std::string text;
  for (const auto& group : groups) {
    text += (text.empty() ? "" : "; ") + group.units + " ";
    if (group.relative) {
      text += study::to_string(study::Value(group.relative->factor)) + " x " + group.relative->to;
      continue;
    }
    text += study::to_string(study::Value(group.start.value_or(0)));
    if (!group.first) continue;
    text += " x " + study::to_string(study::Value(group.factor)) + " at " + duration_text(group.first);
    if (group.every)
      text += group.beat == study::RateGroup::Beat::multiples ? " and multiples of " : " and then every ";
    if (group.every) text += duration_text(group.every);
  }
  return text;
}

template <class T>
std::optional<std::string> text_of(const std::optional<T>& value) {
  if (!value) return std::nullopt;
  return study::to_string(study::Value(*value));
}

/// One training value: how to read it from a set of values; none where the set does not give it.
struct Key {
  const char* name;
  std::function<std::optional<std::string>(const TrainValues&)> read;
};

const std::vector<Key>& train_keys() {
  static const std::vector<Key> keys = {
      {"batch", [](const TrainValues& v) { return text_of(v.batch); }},
      {"epochs",
       [](const TrainValues& v) { return v.epochs ? std::optional(study::to_string(*v.epochs)) : std::nullopt; }},
      {"optimiser", [](const TrainValues& v) { return v.optimiser; }},
      {"momentum", [](const TrainValues& v) { return text_of(v.momentum); }},
      {"weight_decay", [](const TrainValues& v) { return text_of(v.weight_decay); }},
      {"augment",
       [](const TrainValues& v) { return v.augment ? std::optional(augment_text(*v.augment)) : std::nullopt; }},
      {"frozen_dropout", [](const TrainValues& v) { return v.frozen_dropout; }},
      {"precision", [](const TrainValues& v) { return v.precision; }},
      {"evaluate.every", [](const TrainValues& v) { return text_of(v.evaluate_every); }},
      {"fit", [](const TrainValues& v) { return text_of(v.fit); }},
      {"keep", [](const TrainValues& v) { return v.keep.empty() ? std::nullopt : std::optional(v.keep); }},
      {"rates",
       [](const TrainValues& v) { return v.rates.empty() ? std::nullopt : std::optional(rates_text(v.rates)); }},
      {"warn_below", [](const TrainValues& v) { return text_of(v.warn_below); }},
  };
  return keys;
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
  all.emplace_back(study::train_defaults(), "default");
  return all;
}

}  // namespace

std::vector<ShownValue> shown_labels(const study::Study& study, const plan::PlannedRun& run) {
  const auto* experiment = find_experiment(study, run.experiment);
  std::vector<ShownValue> all;
  for (const auto& label : run.labels) {
    all.push_back({label.axis, label.value, experiment ? origin_of(*experiment, run, label.axis) : ""});
  }
  return all;
}

std::vector<ShownValue> shown_training(const study::Study& study, const plan::PlannedRun& run, ShownRole role) {
  const auto sets = layers(study, run, role);
  const std::string prefix = role == ShownRole::source ? "source." : "train.";
  std::vector<ShownValue> all;
  for (const auto& key : train_keys()) {
    ShownValue shown{key.name, "", ""};
    if (const auto* set = run.label(prefix + key.name)) {
      shown.value = *set;
      shown.from = "experiment " + run.experiment;
    }
    for (auto set = sets.begin(); shown.from.empty() && set != sets.end(); ++set) {
      if (const auto text = key.read(set->first)) shown = {key.name, *text, set->second};
    }
    if (!shown.from.empty()) all.push_back(shown);  // warn_below has no default
  }
  return all;
}

}  // namespace espalier::cli
