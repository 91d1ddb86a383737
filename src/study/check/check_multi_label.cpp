// Checks what is said of data whose images may have several labels: they have no classes that images are divided by.
#include <algorithm>

#include "espalier/study/kinds.hpp"
#include "espalier/study/train_values.hpp"
#include "study/cells.hpp"
#include "study/check/check_study.hpp"

namespace espalier::study {
namespace {

/// The data set, where its images may have several labels; else null.
const DataSet* several_in(const Study& study, const std::string& data) {
  const auto found = study.data.find(data);
  return found != study.data.end() && found->second.multi_label ? &found->second : nullptr;
}

std::string of_data(const DataSet& data) { return "the images of data '" + data.name + "' may have several labels"; }

template <class SourceOrTarget>
void check_labels_of(const CheckContext& context, const SourceOrTarget& role, const std::string& key) {
  const auto* data = several_in(context.study, role.data);
  const bool joins = role.classes.starts_with("labels.") || !role.labels.empty();
  if (data && joins) {
    context.report.error(role.where, key + ".classes",
                         {"a label set joins classes", of_data(*data) + ", and each label is an output",
                          "Write classes = \"all\", or indices of labels"});
  }
}

void check_source(const CheckContext& context, const Source& source) {
  const std::string key = "source." + source.name;
  check_labels_of(context, source, key);
  const auto* data = several_in(context.study, source.data);
  if (!data) return;
  if (source.per_class || source.class_count || source.images) {
    context.report.error(source.where, key + ".per_class",
                         {"a budget counts images of classes", of_data(*data) + ", and they are of no class",
                          "Remove it, or write a smaller file"});
  }
  if (merged(context.study.train, source.train).warn_below) {
    context.report.error(
        source.where, key + ".train.warn_below",
        {"warn_below judges a source by its top-1", of_data(*data) + ", and top-1 is not measured", "Remove it"});
  }
}

void check_target(const CheckContext& context, const Target& target) {
  const std::string key = "target." + target.name;
  check_labels_of(context, target, key);
  const auto* data = several_in(context.study, target.data);
  if (!data) return;
  if (target.sample && target.sample->random && target.sample->stratified) {
    context.report.error(target.sample->where, key + ".sample",
                         {"a stratified sample draws from each class", of_data(*data) + ", and they are of no class",
                          "Write sample = { rule = \"random\", stratified = false }"});
  }
  if (context.study.split.folds > 0) {
    context.report.error(context.study.split.where, "split.folds",
                         {"folds divide the images of each class", of_data(*data) + ", and they are of no class",
                          "Remove folds, and write valid = { images = N } into [data." + data->name + "]"});
  }
}

void check_split(const CheckContext& context) {
  const auto& split = context.study.split;
  const auto* data = several_in(context.study, divided_data(context.study));
  if (!data || split.kind != Split::Kind::minimal) return;
  context.report.error(split.where, "split.kind",
                       {"a minimal split divides the leaves of a class tree",
                        of_data(*data) + ", which are leaves of none", "Write kind = \"random\" or \"listed\""});
}

/// The values of the axis in the experiment, or all that there are.
std::vector<std::string> values_of(const Study& study, const Experiment& experiment, const std::string& axis) {
  std::vector<std::string> words;
  for (const auto& value : plain_values(experiment, axis)) words.push_back(to_string(value));
  return words.empty() ? names_of(study, axis) : words;
}

/// Reports the first of the roles that are used whose images may have several labels.
template <class SourceOrTarget>
bool refuse(const CheckContext& context, const Experiment& experiment, const std::string& axis,
            const std::vector<SourceOrTarget>& roles) {
  const auto used = values_of(context.study, experiment, axis);
  for (const auto& role : roles) {
    const auto* data = several_in(context.study, role.data);
    if (!data || std::find(used.begin(), used.end(), role.name) == used.end()) continue;
    context.report.error(experiment.where, key_of(experiment, axis),
                         {"an experiment of kind \"" + experiment.kind + "\" with " + axis + " '" + role.name + "'",
                          "it asks for the one class of an image, and " + of_data(*data),
                          "Name others, or use kind \"train\", \"evaluate\" or \"distance\""});
    return true;
  }
  return false;
}

void check_kind(const CheckContext& context, const Experiment& experiment) {
  const Kind kind = kind_of(experiment);
  if (kind != Kind::linear && kind != Kind::neighbours && kind != Kind::retrieval) return;
  if (refuse(context, experiment, "target", context.study.targets) || kind != Kind::retrieval) return;
  refuse(context, experiment, "source", context.study.sources);
}

}  // namespace

std::string not_of_labels(const DataSet& data, metrics::Metric metric) {
  const auto& facts = metrics::facts_of(metric);
  if (facts.multi_label && !data.multi_label) return "data." + data.name + " has one label an image";
  if (!data.multi_label || facts.multi_label || facts.of_sets || metric == metrics::Metric::loss) return "";
  return of_data(data) + ": loss, ap, ap.voc2010 and ap.voc2007 are measured";
}

void check_multi_label(const CheckContext& context) {
  for (const auto& source : context.study.sources) check_source(context, source);
  for (const auto& target : context.study.targets) check_target(context, target);
  check_split(context);
  for (const auto& experiment : context.study.experiments) check_kind(context, experiment);
}

}  // namespace espalier::study
