// Reads tree files relative to the study's folder, checks them, and gives expected classes the names of leaves.
#include "session/study_input_trees.hpp"

#include <algorithm>

#include "espalier/core/errors.hpp"
#include "espalier/session/tree_files.hpp"
#include "espalier/task/class_tree.hpp"
#include "session/study_input_text.hpp"

namespace espalier::session {
namespace {

constexpr std::uintmax_t kMostBytes = 64 << 20;

std::string text_of(const std::filesystem::path& root, const std::string& file, const std::string& what) {
  const std::string text = read_text(root / file, what, kMostBytes);
  check_utf8(text, file);
  return text;
}

study::Diagnostic finding(const study::Tree& tree, const UsageError& error) {
  return {study::Diagnostic::Severity::error, tree.where, "tree." + tree.name, error.problem()};
}

/// The label sets that a source or target is given by a key of its own; axes give some of the same data.
std::vector<std::string> label_sets_of(const auto& role) {
  std::vector<std::string> names;
  if (role.classes.starts_with("labels.")) names.push_back(role.classes.substr(7));
  if (!role.labels.empty()) names.push_back(role.labels);
  return names;
}

/// The label sets that an axis gives to sources or targets.
std::vector<std::string> label_sets_of_axes(const study::Study& study, const std::string& axis) {
  std::vector<std::string> names;
  for (const auto& experiment : study.experiments) {
    if (const auto* found = study::find_axis(experiment, axis)) {
      for (const auto& value : found->values) names.push_back(to_string(value));
    }
    for (const auto& [name, value] : experiment.fixed) {
      if (name == axis) names.push_back(to_string(value));
    }
  }
  return names;
}

/// The listing of the tree that a data set's classes are leaves of, as some source, target or the split says; or null.
const task::TreeListing* tree_of_data(const study::Study& study, const plan::Facts& facts, const std::string& data) {
  const auto listing = [&](const std::string& tree) {
    const auto known = facts.trees.find(tree);
    return known == facts.trees.end() ? nullptr : &known->second;
  };
  const auto of_role = [&](const auto& role, const std::string& axis) -> const task::TreeListing* {
    if (role.data != data) return nullptr;
    auto names = label_sets_of(role);
    for (auto& name : label_sets_of_axes(study, axis)) names.push_back(std::move(name));
    for (const auto& labels : study.labels) {
      const bool is_named = std::find(names.begin(), names.end(), labels.name) != names.end();
      const auto* found = is_named ? listing(labels.tree) : nullptr;
      if (found) return found;
    }
    return nullptr;
  };
  for (const auto& source : study.sources) {
    if (const auto* found = of_role(source, "source.labels")) return found;
  }
  for (const auto& target : study.targets) {
    if (const auto* found = of_role(target, "target.labels")) return found;
  }
  return study::divided_data(study) == data ? listing(study.split.tree) : nullptr;
}

}  // namespace

task::TreeListing read_tree_files(const std::filesystem::path& root, const std::string& file,
                                  const std::string& names) {
  auto listing = task::read_tree(text_of(root, file, "a tree file"), file);
  try {
    const task::ClassTree checked(listing);
  } catch (const UsageError& error) {
    const auto& found = error.problem();
    throw UsageError(file + ": " + found.problem, found.why, found.suggestion);
  }
  if (!names.empty()) task::add_names(listing, text_of(root, names, "a file of names"), names);
  return listing;
}

void find_trees(const study::Study& study, const std::filesystem::path& root, plan::Facts& facts,
                std::vector<study::Diagnostic>& diagnostics) {
  for (const auto& tree : study.trees) {
    if (tree.file.empty()) continue;
    try {
      facts.trees[tree.name] = read_tree_files(root, tree.file, tree.names);
    } catch (const UsageError& error) {
      diagnostics.push_back(finding(tree, error));
    }
  }
}

void name_level_trees(const study::Study& study, const std::filesystem::path& root, plan::Facts& facts,
                      std::vector<study::Diagnostic>& diagnostics) {
  for (const auto& tree : study.trees) {
    const auto data = facts.data.find(tree.data);
    if (tree.names.empty() || data == facts.data.end()) continue;
    const auto level = data->second.levels.find(tree.levels);
    if (level == data->second.levels.end()) continue;  // said where the tree is used
    auto listing = task::tree_of_level(data->second.class_names, tree.levels, level->second);
    try {
      task::add_names(listing, text_of(root, tree.names, "a file of names"), tree.names);
      facts.trees[tree.name] = std::move(listing);
    } catch (const UsageError& error) {
      diagnostics.push_back(finding(tree, error));
    }
  }
}

void name_expected_classes(const study::Study& study, plan::Facts& facts) {
  for (auto& [name, data] : facts.data) {
    const auto* listing = data.provisional ? tree_of_data(study, facts, name) : nullptr;
    if (!listing) continue;
    const task::ClassTree tree(*listing);
    if (tree.leaves().size() != data.class_counts.size()) continue;
    data.class_names.clear();
    for (const auto leaf : tree.leaves()) data.class_names.push_back(tree.key(leaf));
    std::sort(data.class_names.begin(), data.class_names.end());
  }
}

}  // namespace espalier::session
