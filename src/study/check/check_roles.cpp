// Checks data sets, splits, sources and targets against each other.
#include <algorithm>
#include <set>

#include "espalier/task/transform_table.hpp"
#include "study/cells.hpp"
#include "study/check/check_study.hpp"

namespace espalier::study {
namespace {

std::vector<std::string> data_names(const Study& study) {
  std::vector<std::string> names;
  for (const auto& [name, data] : study.data) names.push_back(name);
  return names;
}

void check_data_name(const CheckContext& context, Location where, const std::string& key, const std::string& name) {
  if (name.empty() || context.study.data.contains(name)) return;
  context.report.error(where, key, unknown_word("data set", name, data_names(context.study)));
}

void check_part(const CheckContext& context, Location where, const std::string& key, const std::string& part) {
  std::vector<std::string> names;
  for (const auto& one : context.study.split.parts) names.push_back(one.name);
  if (part.empty() || std::find(names.begin(), names.end(), part) != names.end()) return;
  if (context.study.split.kind == Split::Kind::images) {
    if (names.empty()) return;  // that they are missing is said
    return context.report.error(where, key + ".images", unknown_word("part", part, names));
  }
  context.report.error(where, key + ".images",
                       {"'split." + part + "' needs a split by images", "there is no [split] of kind \"images\"",
                        "Add [split] with kind = \"images\" and parts, or remove it"});
}

template <class SourceOrTarget>
void check_role(const CheckContext& context, const SourceOrTarget& role, const std::string& kind) {
  const std::string key = kind + "." + role.name;
  check_data_name(context, role.where, key + ".data", role.data);
  const auto split = context.study.split.kind;
  const bool is_known = !context.report.has_error({"split.kind"});
  if (is_known && role.classes.starts_with("split.") && (split == Split::Kind::none || split == Split::Kind::images)) {
    context.report.error(
        role.where, key + ".classes",
        {"'" + role.classes + "' needs a split of the classes",
         split == Split::Kind::images ? "[split] divides images" : "there is no [split], or its kind is \"none\"",
         "Add one to [split], or write classes = \"all\""});
  }
  if (is_known) check_part(context, role.where, key, role.part);
  std::set<std::int32_t> seen;
  for (const auto index : role.class_list) {
    if (seen.insert(index).second) continue;
    context.report.error(role.where, key + ".classes",
                         {"class " + std::to_string(index) + " stands twice", "labels would clash", "Remove one"});
    break;
  }
}

void check_half(const CheckContext& context, const std::vector<std::int32_t>& half, const char* name,
                std::size_t number) {
  std::vector<std::int32_t> sorted = half;
  std::sort(sorted.begin(), sorted.end());
  const bool twice = std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end();
  if (!twice && !half.empty()) return;
  context.report.error(context.study.split.where, "split.listed",
                       {std::string("the ") + name + " half of split " + std::to_string(number) +
                            (twice ? " lists a class twice" : " is empty"),
                        "each half is a set of classes", ""});
}

void check_expected_split(const CheckContext& context) {
  const Split& split = context.study.split;
  const auto data = context.study.data.find(divided_data(context.study));
  if (split.kind != Split::Kind::random || data == context.study.data.end()) return;
  const DataSet& set = data->second;
  std::int64_t classes = 0;
  if (set.expect) classes = set.expect->classes;
  if (const auto made = set.made.find("classes"); made != set.made.end()) classes = made->second;
  if (classes == 0 || split.source + split.target <= classes) return;
  context.report.error(split.where, "split",
                       {std::to_string(split.source) + " + " + std::to_string(split.target) +
                            " classes are more than " + std::to_string(classes),
                        "the halves do not overlap", "Make a half smaller"});
}

bool uses_split(const Study& study) {
  const auto divided = [](const auto& role) { return role.classes.starts_with("split.") || !role.part.empty(); };
  return std::any_of(study.sources.begin(), study.sources.end(), divided) ||
         std::any_of(study.targets.begin(), study.targets.end(), divided);
}

/// Splits that divide nothing would be reported as class splits, and each mean as one over them.
void check_split_is_used(const CheckContext& context) {
  const Split& split = context.study.split;
  if (split.kind == Split::Kind::none || uses_split(context.study)) return;
  if (context.report.has_error({"source.", "target."})) return;  // one of them may be meant to
  const std::string how =
      split.kind == Split::Kind::images ? "images = \"split.PART\"" : "classes = \"split.source\" or \"split.target\"";
  context.report.error(split.where, "split",
                       {"no source and no target uses the split", "its splits would be repetitions of equal data",
                        "Write " + how + ", or remove [split] and repeat by the axis replicate"});
}

/// A run would have two sets of validation images.
void check_folds_validate(const CheckContext& context) {
  const Study& study = context.study;
  std::set<std::string> seen;
  for (const auto& target : study.targets) {
    const auto data = study.data.find(target.data);
    if (study.split.folds == 0 || data == study.data.end() || !seen.insert(target.data).second) continue;
    if (data->second.valid_per_class == 0 && data->second.valid_images == 0) continue;
    context.report.error(data->second.where, "data." + target.data + ".valid",
                         {"both split.folds and valid",
                          "target '" + target.name + "' would have two sets of validation images: a fold's, and these",
                          "Remove one of them"});
  }
}

/// The data set, and those that it is derived from.
void add_used(const Study& study, const std::string& name, std::set<std::string>& used) {
  const auto data = study.data.find(name);
  if (data == study.data.end() || !used.insert(name).second) return;
  add_used(study, data->second.from, used);
  for (const auto& one : data->second.transforms) add_used(study, task::other_data(one), used);
}

/// Folds are made of the front of each class, the same for all replicates.
void check_samples(const CheckContext& context) {
  for (const auto& target : context.study.targets) {
    if (!target.sample || !target.sample->random || context.study.split.folds == 0) continue;
    context.report.error(
        target.sample->where, "target." + target.name + ".sample",
        {"both split.folds and a random sample", "folds divide the first images of each class", "Remove one of them"});
  }
}

/// Warns of what is described and used nowhere: a name was mistaken, or a part forgotten.
void check_data_are_used(const CheckContext& context) {
  const Study& study = context.study;
  std::set<std::string> used = {study.split.data};
  for (const auto& source : study.sources) add_used(study, source.data, used);
  for (const auto& target : study.targets) add_used(study, target.data, used);
  for (const auto& tree : study.trees) add_used(study, tree.data, used);
  for (const auto& [name, data] : study.data) {
    if (used.contains(name)) continue;
    context.report.warning(data.where, "data." + name,
                           {"no source and no target uses the data", "its images are not looked at", ""});
  }
}

/// The first network is the default.
void check_networks_are_used(const CheckContext& context) {
  std::set<std::string> named;
  for (const auto& experiment : context.study.experiments) {
    for (const auto* axis : {"network", "front"}) {
      for (const auto& value : plain_values(experiment, axis)) named.insert(to_string(value));
    }
    if (experiment.cnn) named.insert(experiment.cnn->network);
  }
  for (std::size_t i = 1; i < context.study.networks.size(); ++i) {
    const auto& network = context.study.networks[i];
    if (named.contains(network.name)) continue;
    context.report.warning(
        network.where, "network." + network.name,
        {"no experiment uses the network",
         std::string("the axis '") + (network.front ? "front" : "network") + "' does not name it", ""});
  }
}

}  // namespace

void check_roles(const CheckContext& context) {
  for (const auto& source : context.study.sources) check_role(context, source, "source");
  for (const auto& target : context.study.targets) check_role(context, target, "target");
  check_data_name(context, context.study.split.where, "split.data", context.study.split.data);
  std::size_t number = 0;
  for (const auto& class_split : context.study.split.listed) {
    ++number;
    check_half(context, class_split.source, "source", number);
    check_half(context, class_split.target, "target", number);
  }
  check_expected_split(context);
  check_split_is_used(context);
  check_folds_validate(context);
  check_samples(context);
  check_data_are_used(context);
  check_networks_are_used(context);
}

}  // namespace espalier::study
