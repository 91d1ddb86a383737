// Makes a study's class tree of the listing of its file, or of the coarser labels of its data set.
#include "espalier/plan/class_trees.hpp"

#include <algorithm>

#include "espalier/core/errors.hpp"

namespace espalier::plan {
namespace {

task::ClassTree tree_of_data(const study::Tree& tree, const Facts& facts) {
  const auto data = facts.data.find(tree.data);
  if (data == facts.data.end())
    throw UsageError("nothing is known of data '" + tree.data + "'", "tree '" + tree.name + "' is made of it", "");
  const auto level = data->second.levels.find(tree.levels);
  if (level != data->second.levels.end())
    return task::ClassTree(task::tree_of_level(data->second.class_names, tree.levels, level->second));
  throw UsageError(
      "data '" + tree.data + "' has no " + tree.levels + " labels, which tree '" + tree.name + "' is made of",
      data->second.provisional ? "its images are not here, and only they tell them"
                               : "its records carry one label each",
      "Write the tree into a file, and name that.");
}

}  // namespace

task::ClassTree class_tree_of(const study::Study& study, const Facts& facts, const std::string& name) {
  const auto tree =
      std::find_if(study.trees.begin(), study.trees.end(), [&](const study::Tree& one) { return one.name == name; });
  if (tree == study.trees.end()) throw UsageError("there is no tree '" + name + "'", "", "Add [tree." + name + "].");
  const auto known = facts.trees.find(name);
  if (known != facts.trees.end()) return task::ClassTree(known->second);
  if (!tree->data.empty()) return tree_of_data(*tree, facts);
  throw UsageError("nothing is known of tree '" + name + "'", "its file was not read", "");
}

}  // namespace espalier::plan
