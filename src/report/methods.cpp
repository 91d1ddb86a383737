#include "report/methods.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "espalier/report/wording.hpp"
#include "report/html.hpp"

namespace espalier::report {
namespace {

std::string classes_text(const PageContext& context, const task::TrainSpec& spec) {
  const auto found = context.state().catalog.class_lists.find(spec.subset.classes);
  return found == context.state().catalog.class_lists.end() ? "?" : std::to_string(found->second.classes.size());
}

std::string experiment_text(const PageContext& context, const std::string& name) {
  const auto runs = runs_of_experiment(context.views, name);
  const auto varying = varying_axes(runs);
  std::vector<std::string> varied, fixed;
  for (const auto& axis : varying) {
    varied.push_back(fmt::format("{} in {{{}}}", axis, fmt::join(values_of(runs, axis), ", ")));
  }
  for (const auto& label : runs.front().run->labels) {
    const bool other = label.axis != "split" && label.axis != "replicate" && label.axis != "case";
    if (other && std::find(varying.begin(), varying.end(), label.axis) == varying.end()) {
      fixed.push_back(label.axis + " = " + label.value);
    }
  }
  const auto replicates = values_of(runs, "replicate").size();
  return fmt::format("'{}': {}; {}{} in every split, {}.", name, varied.empty() ? "one setting" : listed(varied),
                     fixed.empty() ? "" : "otherwise " + listed(fixed) + "; ",
                     replicates > 1 ? fmt::format("{} replicates", replicates) : "one training",
                     fmt::format("{} runs", runs.size()));
}

}  // namespace

std::vector<const store::TaskState*> trainings_of(const PageContext& context, Role role) {
  std::vector<const store::TaskState*> tasks;
  std::set<TaskId> seen;
  const auto add = [&](const TaskId& id) {
    const auto found = context.state().tasks.find(id);
    if (found != context.state().tasks.end() && seen.insert(id).second) tasks.push_back(&found->second);
  };
  for (const auto& view : context.views) {
    if (!view.task) continue;
    if (role == Role::target)
      add(view.run->task);
    else
      std::for_each(view.task->task.needs.begin(), view.task->task.needs.end(), add);
  }
  return tasks;
}

std::string data_methods(const PageContext& context) {
  std::string text;
  for (const auto& [name, data] : context.study.data) {
    text += fmt::format(
        "Images: '{}'. Within a class they stand in {} order; training images are taken from the front, so that "
        "the sets for smaller sizes lie inside those for larger ones and are the same in every split; ",
        name, data.order == task::ImageOrder::file ? "the file's" : "a fixed shuffled");
    text += data.valid_per_class > 0
                ? fmt::format("{} images a class are held out for validation", data.valid_per_class)
                : "no images are held out for validation";
    text += data.test_files ? " and test images have files of their own. "
                            : fmt::format(" and {} for test. ", data.test_per_class);
  }
  const auto targets = trainings_of(context, Role::target), sources = trainings_of(context, Role::source);
  const auto& split = context.study.split;
  if (split.kind == study::Split::Kind::none) return text + "Classes are not split.";
  const auto classes = [&](const store::TaskState& t) { return classes_text(context, t.task.train); };
  text += fmt::format("{} {} split{}: {} target classes", split.count,
                      split.kind == study::Split::Kind::random ? "random" : "listed", split.count == 1 ? "" : "s",
                      distinct(targets, classes));
  if (!sources.empty())
    text += fmt::format(", and {} source classes that share none with them", distinct(sources, classes));
  return text + (context.overlapping ? ". Different splits draw from the same classes and so overlap." : ".");
}

std::string protocol_methods(const PageContext& context) {
  std::string text =
      "A target training copies units 1 to 'transferred' from the source network of its split and draws the rest anew; "
      "units 1 "
      "to 'frozen' are never changed; the 'high_units' units nearest the classifier (\"all\": every unit) train at the "
      "high "
      "rate and the others at the low rate; 'decay_epoch' is the first epoch at which the high rate is lowered. "
      "Experiments: ";
  for (const auto& name : experiments_of(context)) text += experiment_text(context, name) + " ";
  return text;
}

std::string statistics_methods(const PageContext& context) {
  return fmt::format(
      "Every figure is measured after the last epoch. Replicates are averaged within a split first; n is the number of "
      "splits, "
      "and means are {}. Intervals are Student's at 95 %, drawn from {} splits on{}. Settings are compared by paired "
      "differences "
      "over splits: runs that differ in protocol only share initialisation, images and the order of minibatches (study "
      "seed {}). "
      "Where several are compared with the best, p-values are adjusted after Holm and called different below 0.05. "
      "Selections use "
      "validation images only where their metric says so; ties go to the lower validation loss, then to fewer trained "
      "units, then "
      "to the order of the axes. Diverged and missing runs are counted in their cells and never replaced.",
      over_splits(context.study.split.count, context.overlapping), stats::kLeastSplits,
      context.overlapping ? " (they treat overlapping splits as independent)" : "", context.study.seed);
}

std::string methods_section(const PageContext& context) {
  if (trainings_of(context, Role::target).empty()) return "";
  std::string body;
  for (const auto& text : {data_methods(context), network_methods(context), training_methods(context),
                           protocol_methods(context), statistics_methods(context)}) {
    if (!text.empty()) body += paragraph(text);
  }
  return section("methods", "Methods, as they were run", element("div", body, "methods"));
}

}  // namespace espalier::report
