// Matches a data set's classes with the leaves of a class tree by name, and groups them as a label set says.
#include "plan/label_groups.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "espalier/core/errors.hpp"
#include "espalier/study/parse.hpp"
#include "espalier/task/tree_cuts.hpp"
#include "plan/findings.hpp"

namespace espalier::plan {
namespace {

using Cut = study::LabelSet::Cut;

constexpr std::size_t kNamedAtMost = 5;

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

/// "'bat', 'cow' and 4 more".
std::string some(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kNamedAtMost); ++i) text += (i ? ", '" : "'") + names[i] + "'";
  return names.size() > kNamedAtMost ? text + " and " + std::to_string(names.size() - kNamedAtMost) + " more" : text;
}

std::optional<std::int32_t> find_node(const task::ClassTree& tree, const std::string& word) {
  try {
    return tree.find(word);
  } catch (const UsageError& error) {
    throw CompileError{error.problem()};
  }
}

/// Makes the outputs of one label set; classes are indices into those of the data set.
class GroupMaker {
 public:
  GroupMaker(const study::LabelSet& labels, const task::ClassTree* tree, const LabelledData& data)
      : labels_(labels), tree_(tree), data_(data) {
    for (std::int32_t i = 0; i < data.class_count(); ++i) class_of_.emplace(data.class_name(i), i);
  }

  LabelGroups make(const std::vector<std::string>& left_out) {
    choose();
    if (tree_) {
      leaf_of_ = match_leaves(*tree_, labels_.tree, data_, used_);
      check_leaves();
    }
    leave_out(left_out);
    LabelGroups groups = labels_.cut == Cut::listed ? listed() : cut();
    if (groups.names.empty()) fail("no class is left", "all are left out", "Leave out fewer.");
    return groups;
  }

 private:
  [[noreturn]] static void fail(const std::string& problem, const std::string& why, const std::string& suggestion) {
    throw CompileError{{problem, why, suggestion}};
  }
  std::string data_text() const { return "data '" + data_.study().name + "'"; }
  std::string tree_text() const { return "tree '" + labels_.tree + "'"; }

  std::optional<std::int32_t> find_node(const std::string& word) const {
    return tree_ ? plan::find_node(*tree_, word) : std::nullopt;
  }

  /// What a class is called, with its name in the tree.
  std::string shown(std::int32_t index) const {
    const bool has_leaf = tree_ && leaf_of_[at(index)] >= 0;
    return has_leaf ? tree_->shown(leaf_of_[at(index)]) : data_.class_name(index);
  }

  /// The class of that name or index; none where there is no such name.
  std::optional<std::int32_t> find_class(const study::Value& word) const {
    if (const auto* index = word.integer()) {
      if (*index < data_.class_count()) return static_cast<std::int32_t>(*index);
      fail("there is no class " + std::to_string(*index),
           data_text() + " has " + std::to_string(data_.class_count()) + " classes, numbered from 0",
           "Correct the number.");
    }
    const auto found = class_of_.find(*word.word());
    return found == class_of_.end() ? std::nullopt : std::optional(found->second);
  }

  [[noreturn]] void unknown(const std::string& word) const {
    std::vector<std::string> known;
    for (const auto& [name, index] : class_of_) known.push_back(name);
    for (std::int32_t node = 0; tree_ && node < tree_->count(); ++node) known.push_back(tree_->key(node));
    const std::string near = study::nearest(word, known);
    fail("'" + word + "' is no class of " + data_text() + (tree_ ? ", and no node of " + tree_text() : ""),
         "classes and nodes are found by name",
         near.empty() ? "Correct or remove it." : "Did you mean '" + near + "'?");
  }

  /// What `classes` names, or all.
  void choose() {
    used_.assign(at(data_.class_count()), labels_.classes.empty());
    for (const auto& word : labels_.classes) {
      const auto index = find_class(word);
      if (!index) unknown(*word.word());
      if (used_[at(*index)])
        fail("class '" + data_.class_name(*index) + "' stands twice in classes", "each has one label", "Remove one.");
      used_[at(*index)] = true;
    }
  }

  /// Where classes are not chosen, each leaf that is not left out by `without` must be one.
  void check_leaves() const {
    if (!labels_.classes.empty()) return;
    std::vector<std::int32_t> tops;
    for (const auto& word : labels_.without) {
      if (const auto node = find_node(word)) tops.push_back(*node);
    }
    const std::set<std::int32_t> there(leaf_of_.begin(), leaf_of_.end());
    std::vector<std::string> missing;
    for (const auto leaf : task::leaves_without(*tree_, tops)) {
      if (!there.contains(leaf)) missing.push_back(tree_->key(leaf));
    }
    if (!missing.empty())
      fail(std::to_string(missing.size()) + " leaves of " + tree_text() + " are no classes of " + data_text() + ": " +
               some(missing),
           "each leaf is a class of the data, found by name",
           "Remove them from the tree, leave them out by without, or name those that you want in classes.");
  }

  /// Whether there is a class of this name, or a node with what lies below it, which is then not used.
  bool leave_out_one(const std::string& word) {
    const auto node = find_node(word);
    const auto index = find_class(word);
    if (index) used_[at(*index)] = false;
    if (!node) return index.has_value();
    const auto below = tree_->below_any({*node});
    for (std::size_t i = 0; i < used_.size(); ++i) {
      if (leaf_of_[i] >= 0 && below[at(leaf_of_[i])]) used_[i] = false;
    }
    return true;
  }

  void leave_out(const std::vector<std::string>& others) {
    for (const auto& word : labels_.without) {
      if (!leave_out_one(word)) unknown(word);
    }
    bool any = others.empty();
    for (const auto& word : others) any = leave_out_one(word) || any;
    if (!any)
      fail("no class of '" + labels_.without_classes_of + "' is found by name",
           some(others) + " are neither classes of " + data_text() + (tree_ ? " nor nodes of " + tree_text() : ""),
           "Remove without_classes_of, or write the nodes into without.");
  }

  /// Each label is a node of the tree. Outputs follow the order of a data set's coarser classes, else of their first
  /// classes, so that the lines of a file may be in any order.
  LabelGroups cut() const {
    std::vector<std::int32_t> classes, leaves;
    for (std::int32_t index = 0; index < data_.class_count(); ++index) {
      if (!used_[at(index)]) continue;
      classes.push_back(index);
      if (tree_) leaves.push_back(leaf_of_[at(index)]);
    }
    LabelGroups groups;
    if (!tree_) {
      for (const auto index : classes) {
        groups.names.push_back(data_.class_name(index));
        groups.classes.push_back({index});
      }
      return groups;
    }
    const auto nodes = labels_.cut == Cut::clamp    ? task::clamp(*tree_, leaves, labels_.amount)
                       : labels_.cut == Cut::absorb ? task::absorb(*tree_, leaves, labels_.amount)
                                                    : leaves;
    std::map<std::int32_t, std::vector<std::int32_t>> by_node;
    for (std::size_t i = 0; i < nodes.size(); ++i) by_node[nodes[i]].push_back(classes[i]);
    std::map<std::pair<std::int32_t, std::int32_t>, std::int32_t> order;  // (place, first class) -> node
    for (const auto& [node, members] : by_node) order[{tree_->place(node), members.front()}] = node;
    for (const auto& [key, node] : order) {
      groups.names.push_back(tree_->key(node));
      groups.classes.push_back(by_node[node]);
    }
    return groups;
  }

  /// The classes that a word of a group means: a node's leaves that count below it, or the class itself.
  std::vector<std::int32_t> meant(const study::Value& word) const {
    std::vector<std::int32_t> found;
    const auto node = word.word() ? find_node(*word.word()) : std::nullopt;
    for (std::size_t i = 0; node && i < leaf_of_.size(); ++i) {
      if (leaf_of_[i] >= 0 && tree_->counts_below(leaf_of_[i], *node)) found.push_back(static_cast<std::int32_t>(i));
    }
    if (node) return found;
    const auto index = find_class(word);
    if (!index) unknown(*word.word());
    return {*index};
  }

  LabelGroups listed() const {
    LabelGroups groups;
    std::map<std::int32_t, std::string> label_of;
    for (const auto& [name, words] : labels_.groups) {
      groups.names.push_back(name);
      auto& classes = groups.classes.emplace_back();
      for (const auto& word : words) {
        for (const auto index : meant(word)) {
          if (!used_[at(index)]) continue;
          const auto [entry, is_new] = label_of.emplace(index, name);
          if (!is_new && entry->second == name)
            fail("class '" + shown(index) + "' stands twice in label '" + name + "'",
                 "it is listed twice, or with a node above it", "Remove it once.");
          if (!is_new)
            fail("class '" + shown(index) + "' has two labels: " + some({entry->second, name}), "each class has one",
                 "Remove it from one of them.");
          classes.push_back(index);
        }
      }
      if (classes.empty()) fail("label '" + name + "' has no class", "all are left out", "Remove it.");
    }
    return groups;
  }

  const study::LabelSet& labels_;
  const task::ClassTree* tree_;
  const LabelledData& data_;
  std::map<std::string, std::int32_t> class_of_;
  std::vector<bool> used_;             ///< by class
  std::vector<std::int32_t> leaf_of_;  ///< by class; -1: none; empty without a tree
};

}  // namespace

std::vector<std::int32_t> match_leaves(const task::ClassTree& tree, const std::string& tree_name,
                                       const LabelledData& data, std::vector<bool>& used) {
  std::vector<std::int32_t> leaf_of(used.size(), -1);
  std::vector<std::string> unmatched, inner;
  const std::set<std::int32_t> leaves(tree.leaves().begin(), tree.leaves().end());
  for (std::int32_t index = 0; index < data.class_count(); ++index) {
    if (!used[at(index)]) continue;
    const auto node = find_node(tree, data.class_name(index));
    if (node && leaves.contains(*node)) {
      leaf_of[at(index)] = *node;
    } else if (node) {
      inner.push_back(data.class_name(index));
    } else if (data.images(index) == 0) {
      used[at(index)] = false;
    } else {
      unmatched.push_back(data.class_name(index));
    }
  }
  const std::string classes = "classes of data '" + data.study().name + "' are ", whose = "tree '" + tree_name + "': ";
  if (!unmatched.empty())
    throw CompileError{{classes + "not in " + whose + some(unmatched),
                        "each class is a leaf of the tree, found by name",
                        "Add them to the tree, or name those that you want in classes."}};
  if (!inner.empty())
    throw CompileError{{classes + "no leaves of " + whose + some(inner), "others lie below them",
                        "Correct the tree, or name those that you want in classes."}};
  return leaf_of;
}

LabelGroups label_groups(const study::LabelSet& labels, const task::ClassTree* tree, const LabelledData& data,
                         const std::vector<std::string>& left_out) {
  return GroupMaker(labels, tree, data).make(left_out);
}

void keep_classes(LabelGroups& groups, const std::vector<std::int32_t>& classes) {
  const std::set<std::int32_t> kept(classes.begin(), classes.end());
  LabelGroups left;
  for (std::size_t i = 0; i < groups.classes.size(); ++i) {
    std::erase_if(groups.classes[i], [&](std::int32_t index) { return !kept.contains(index); });
    if (groups.classes[i].empty()) continue;
    left.names.push_back(std::move(groups.names[i]));
    left.classes.push_back(std::move(groups.classes[i]));
  }
  groups = std::move(left);
}

}  // namespace espalier::plan
