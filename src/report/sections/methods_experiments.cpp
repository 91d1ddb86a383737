// Writes what each experiment varied, what it held fixed, and what it took from others.
#include <fmt/format.h>

#include "espalier/study/axes.hpp"
#include "espalier/study/needs.hpp"
#include "report/html.hpp"
#include "report/sections/methods.hpp"

namespace espalier::report {
namespace {

bool contains(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string take_text(const study::Take& take) {
  std::string text =
      fmt::format("{} from the setting of {} with the best {}", listed(take.values), listed(take.from), take.best);
  if (!take.mean_over.empty()) text += ", averaged over " + listed(take.mean_over);
  if (!take.per.empty()) text += ", for each " + listed(take.per);
  return text + (take.allow_missing ? " (missing runs allowed)" : "");
}

std::string pick_text(const study::Pick& pick) {
  return fmt::format("picks the run of {} with the best {}{}", listed(pick.from), pick.best,
                     pick.per.empty() ? "" : ", for each " + listed(pick.per));
}

std::string case_text(const study::Case& one) {
  std::vector<std::string> parts;
  for (const auto& [axis, value] : one.fixed) parts.push_back(axis + " = " + study::to_string(value));
  for (const auto& take : one.takes) parts.push_back("takes " + take_text(take));
  return "case '" + one.name + "': " + listed(parts);
}

/// Labels that are the same in all runs: fixed by the experiment, or defaults.
std::vector<std::string> fixed_labels(const std::vector<RunView>& runs) {
  const auto varying = varying_axes(runs);
  std::vector<std::string> fixed;
  for (const auto& label : runs.front().run->labels) {
    const bool shown = !study::repeats(label.axis) && label.value != "later";
    if (shown && !contains(varying, label.axis)) fixed.push_back(label.axis + " = " + label.value);
  }
  return fixed;
}

/// "transferred and high_units advance together: (2, 5), (4, 3), (6, 1)".
std::string zip_text(const study::Experiment& experiment, const std::vector<std::string>& zip) {
  std::vector<const study::Axis*> axes;
  for (const auto& name : zip) {
    for (const auto& axis : experiment.axes) {
      if (axis.name == name) axes.push_back(&axis);
    }
  }
  std::string text = listed(zip) + " advance together:";
  for (std::size_t i = 0; !axes.empty() && i < axes.front()->values.size(); ++i) {
    std::vector<std::string> values;
    for (const auto* axis : axes) values.push_back(i < axis->values.size() ? study::to_string(axis->values[i]) : "");
    text += fmt::format("{} ({})", i ? "," : "", fmt::join(values, ", "));
  }
  return text;
}

std::string experiment_text(const study::Experiment& experiment, const std::vector<RunView>& runs) {
  std::vector<std::string> parts, varied;
  for (const auto& axis : own_axes(experiment, runs)) {
    varied.push_back(fmt::format("{} in {{{}}}", axis, fmt::join(values_of(runs, axis), ", ")));
  }
  if (experiment.pick) parts.push_back(pick_text(*experiment.pick));
  else parts.push_back(varied.empty() ? "one setting" : listed(varied));
  for (const auto& zip : experiment.zips) parts.push_back(zip_text(experiment, zip));
  for (const auto& take : experiment.takes) parts.push_back("takes " + take_text(take));
  if (experiment.start) parts.push_back("starts from " + to_string(*experiment.start));
  for (const auto& units : experiment.units_from) {
    const auto [numbers, from] = study::origin_of(units);
    parts.push_back(numbers + " from " + from);
  }
  for (const auto& one : experiment.cases) parts.push_back(case_text(one));
  for (const auto& exclude : experiment.excludes)
    parts.push_back("without '" + exclude.name + "' (" + exclude.when + ")");
  const auto fixed = fixed_labels(runs);
  if (!fixed.empty()) parts.push_back("otherwise " + listed(fixed));
  const auto replicates = values_of(runs, "replicate").size();
  parts.push_back(replicates > 1 ? fmt::format("{} replicates in every split", replicates)
                                 : "one training in every split");
  if (const auto folds = values_of(runs, "fold"); folds.size() > 1)
    parts.push_back(fmt::format("each for {} folds", folds.size()));
  return fmt::format("{}: {}; {} runs.", experiment.name, fmt::join(parts, "; "), runs.size());
}

}  // namespace

std::vector<std::string> experiment_methods(const PageContext& context) {
  std::vector<std::string> texts;
  for (const auto& experiment : context.study.experiments) {
    const auto runs = runs_of_experiment(context.views, experiment.name);
    if (!runs.empty()) texts.push_back(experiment_text(experiment, runs));
  }
  return texts;
}

}  // namespace espalier::report
