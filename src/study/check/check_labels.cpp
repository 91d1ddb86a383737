// Checks class trees and label sets: that what they name is there, that they do not need each other in a circle.
#include <algorithm>
#include <optional>
#include <set>

#include "study/cells.hpp"
#include "study/check/check_study.hpp"

namespace espalier::study {
namespace {

template <class Named>
std::vector<std::string> names_of(const std::vector<Named>& all) {
  std::vector<std::string> names;
  for (const auto& one : all) names.push_back(one.name);
  return names;
}

template <class Named>
const Named* find_named(const std::vector<Named>& all, const std::string& name) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Named& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

void check_data(const CheckContext& context, Location where, const std::string& key, const std::string& name) {
  if (name.empty() || context.study.data.contains(name)) return;
  std::vector<std::string> names;
  for (const auto& [one, data] : context.study.data) names.push_back(one);
  context.report.error(where, key + ".data", unknown_word("data set", name, names));
}

/// What is known of a source or target: what its classes are, and what joins them.
struct RoleWords {
  std::string classes, labels;  ///< of `labels` the name alone, of classes = "labels.NAME" too; "": none
};

template <class SourceOrTarget>
RoleWords words_of(const SourceOrTarget& role) {
  return {role.classes, role.classes.starts_with("labels.") ? role.classes.substr(7) : role.labels};
}

/// Of "source.NAME" or "target.NAME"; none where there is no such role.
std::optional<RoleWords> words_of_role(const Study& study, const std::string& role) {
  const auto* source = role.starts_with("source.") ? find_named(study.sources, role.substr(7)) : nullptr;
  const auto* target = role.starts_with("target.") ? find_named(study.targets, role.substr(7)) : nullptr;
  if (source) return words_of(*source);
  return target ? std::optional(words_of(*target)) : std::nullopt;
}

/// Through without_classes_of and the classes of the roles that it names.
void check_circle(const CheckContext& context, const LabelSet& labels) {
  std::set<std::string> seen;
  std::string path = "'" + labels.name + "'";
  for (const LabelSet* at = &labels; at && seen.insert(at->name).second;) {
    const auto role = words_of_role(context.study, at->without_classes_of);
    path += " leaves out the classes of " + at->without_classes_of;
    at = role && !role->labels.empty() ? find_named(context.study.labels, role->labels) : nullptr;
    if (!at) return;
    path += ", which are '" + at->name + "'";
    if (at != &labels) continue;
    return context.report.error(labels.where, "labels." + labels.name + ".without_classes_of",
                                {"label sets need each other in a circle", path, "Break it: write out one of them"});
  }
}

void check_set(const CheckContext& context, const LabelSet& labels) {
  const std::string key = "labels." + labels.name;
  check_data(context, labels.where, key, labels.data);
  if (!labels.tree.empty() && !find_named(context.study.trees, labels.tree)) {
    context.report.error(labels.where, key + ".tree", unknown_word("tree", labels.tree, names_of(context.study.trees)));
  }
  const bool needs_tree = labels.cut == LabelSet::Cut::clamp || labels.cut == LabelSet::Cut::absorb;
  if (labels.tree.empty() && needs_tree && !context.report.has_error({key + ".tree"})) {
    context.report.error(labels.where, key + ".cut",
                         {"there is no tree to cut", "depths and parents are those of a class tree",
                          "Add tree = \"NAME\", or write kind = \"listed\""});
  }
  const auto& role = labels.without_classes_of;
  if (!role.empty() && !words_of_role(context.study, role)) {
    context.report.error(labels.where, key + ".without_classes_of",
                         {"there is no '" + role + "'", "the classes of a source or target are left out",
                          "Write \"source.NAME\" or \"target.NAME\""});
  }
  check_circle(context, labels);
}

template <class SourceOrTarget>
void check_role(const CheckContext& context, const SourceOrTarget& role, const std::string& kind,
                std::set<std::string>& used) {
  const std::string name = words_of(role).labels;
  if (name.empty()) return;
  const std::string key = kind + "." + role.name + (role.labels.empty() ? ".classes" : ".labels");
  used.insert(name);
  const auto* labels = find_named(context.study.labels, name);
  if (!labels)
    return context.report.error(role.where, key, unknown_word("label set", name, names_of(context.study.labels)));
  if (are_labels_of(context.study, *labels, role.data)) return;
  if (!context.study.data.contains(role.data) || !context.study.data.contains(labels->data)) return;
  context.report.error(role.where, key,
                       {"'" + name + "' are labels of data '" + labels->data + "'",
                        kind + " '" + role.name + "' has data '" + role.data + "', which is not derived from it",
                        "Use labels of its own data"});
}

/// The classes that are divided: a half cannot decide which.
void check_divided(const CheckContext& context, std::set<std::string>& used) {
  const auto& split = context.study.split;
  if (!split.classes.starts_with("labels.")) return;
  const std::string name = split.classes.substr(7);
  used.insert(name);
  const auto* labels = find_named(context.study.labels, name);
  if (!labels)
    return context.report.error(split.where, "split.classes",
                                unknown_word("label set", name, names_of(context.study.labels)));
  std::set<std::string> seen;  // a circle is said elsewhere
  while (labels && seen.insert(labels->name).second) {
    const auto role = words_of_role(context.study, labels->without_classes_of);
    if (role && role->classes.starts_with("split.")) {
      return context.report.error(split.where, "split.classes",
                                  {"'" + name + "' needs the halves that it is to be divided into",
                                   "'" + labels->name + "' leaves out the classes of " + labels->without_classes_of +
                                       ", which are \"" + role->classes + "\"",
                                   "Write what is left out into without"});
    }
    labels = role ? find_named(context.study.labels, role->labels) : nullptr;
  }
}

/// Values of the axes of label sets are sets.
void check_axes(const CheckContext& context, std::set<std::string>& used) {
  const auto known = names_of(context.study.labels);
  for (const auto& experiment : context.study.experiments) {
    for (const char* axis : {"source.labels", "target.labels"}) {
      for (const auto& value : plain_values(experiment, axis)) {
        const std::string name = to_string(value);
        used.insert(name);
        if (find_named(context.study.labels, name)) continue;
        const auto* given = find_axis(experiment, axis);
        context.report.error(given ? given->where : experiment.where, key_of(experiment, axis),
                             unknown_word("label set", name, known));
      }
    }
  }
}

/// Whether a name is used that nothing has: it may be meant for what seems to be used nowhere.
template <class Named>
bool any_unknown(const std::set<std::string>& used, const std::vector<Named>& all) {
  return std::any_of(used.begin(), used.end(),
                     [&](const std::string& name) { return !name.empty() && !find_named(all, name); });
}

/// Warns of what is described and used nowhere.
void check_are_used(const CheckContext& context, const std::set<std::string>& used) {
  std::set<std::string> trees = {context.study.split.tree};
  for (const auto& labels : context.study.labels) {
    trees.insert(labels.tree);
    if (used.contains(labels.name) || any_unknown(used, context.study.labels)) continue;
    context.report.warning(labels.where, "labels." + labels.name,
                           {"no source and no target uses the labels", "they are not looked at", ""});
  }
  for (const auto& tree : context.study.trees) {
    if (trees.contains(tree.name) || any_unknown(trees, context.study.trees)) continue;
    context.report.warning(tree.where, "tree." + tree.name, {"no labels and no split use the tree", "", ""});
  }
}

/// The label sets that tables and figures join classes by.
void add_coarse(const Study& study, std::set<std::string>& used) {
  for (const auto& table : study.tables) used.insert(table.coarse);
  for (const auto& figure : study.figures) used.insert(figure.coarse);
  used.erase("");
}

}  // namespace

bool are_labels_of(const Study& study, const LabelSet& labels, std::string data) {
  std::set<std::string> seen;  // a circle of derived data sets is said elsewhere
  while (!labels.data.empty() && data != labels.data && seen.insert(data).second) {
    const auto known = study.data.find(data);
    data = known == study.data.end() ? "" : known->second.from;
  }
  return labels.data.empty() || data == labels.data;
}

void check_labels(const CheckContext& context) {
  for (const auto& tree : context.study.trees) check_data(context, tree.where, "tree." + tree.name, tree.data);
  const auto& split = context.study.split;
  if (!split.tree.empty() && !find_named(context.study.trees, split.tree))
    context.report.error(split.where, "split.tree", unknown_word("tree", split.tree, names_of(context.study.trees)));
  for (const auto& labels : context.study.labels) check_set(context, labels);
  std::set<std::string> used;
  for (const auto& source : context.study.sources) check_role(context, source, "source", used);
  for (const auto& target : context.study.targets) check_role(context, target, "target", used);
  check_divided(context, used);
  check_axes(context, used);
  add_coarse(context.study, used);
  check_are_used(context, used);
}

}  // namespace espalier::study
