#pragma once
// Classes above classes: a checked tree whose leaves are a data set's classes, and what is asked of it.
#include <optional>

#include "espalier/task/image_set.hpp"
#include "espalier/task/tree_listing.hpp"

namespace espalier::task {

/// Of a node's several parents one counts: depths, ancestors and cuts follow that one alone. A leaf is a node that is
/// nobody's parent, counting or not.
class ClassTree {
 public:
  /// Throws UsageError: a key twice, a child without a counting parent or with several, a circle, several roots.
  explicit ClassTree(TreeListing listing);

  std::int32_t count() const { return static_cast<std::int32_t>(listing_.keys.size()); }
  const std::string& key(std::int32_t node) const { return listing_.keys.at(static_cast<std::size_t>(node)); }
  /// "dog (n02084071)", or the key where it has no name.
  std::string shown(std::int32_t node) const;
  /// Place in the order of a data set's coarser classes; -1 where nothing orders it.
  std::int32_t place(std::int32_t node) const;
  const std::vector<std::int32_t>& leaves() const { return leaves_; }  ///< in the listing's order
  std::int32_t root() const { return root_; }
  /// The one that counts; -1 for the root.
  std::int32_t parent(std::int32_t node) const { return parent_.at(static_cast<std::size_t>(node)); }
  /// Steps to the root.
  std::int32_t depth(std::int32_t node) const { return depth_.at(static_cast<std::size_t>(node)); }
  /// Of all leaves, the greatest.
  std::int32_t greatest_depth() const;
  /// The ancestor at that depth, or the node itself where it is no deeper.
  std::int32_t ancestor_at(std::int32_t node, std::int32_t wanted) const;
  /// Whether `top` is the node or a counting ancestor of it.
  bool counts_below(std::int32_t node, std::int32_t top) const;
  /// By node, whether it is one of `tops` or lies below one by any parents.
  std::vector<bool> below_any(const std::vector<std::int32_t>& tops) const;
  /// By node, the number of leaves that count below it; a leaf counts itself.
  std::vector<std::int32_t> leaves_below() const;

  /// The node of that key, or else the only one of that name; none where there is no such node. Throws UsageError where
  /// several nodes have the name.
  std::optional<std::int32_t> find(const std::string& word) const;

 private:
  TreeListing listing_;
  std::vector<std::int32_t> parent_, depth_, leaves_;
  std::int32_t root_ = 0;
};

/// The classes of a data set below its coarser ones below one root. Coarser classes are called "<level> <name>", since
/// numbered classes of both levels would have equal names. Classes without images (-1) are left out.
TreeListing tree_of_level(const std::vector<std::string>& class_names, const std::string& level,
                          const LabelLevel& coarser);

/// A tree file: child, parent, tab-separated; a third column is 1 for the parent that counts and 0 for others; more
/// columns and empty lines are passed over. Throws UsageError naming `file` and the line.
TreeListing read_tree(const std::string& text, const std::string& file);

/// Names of nodes: key, name, tab-separated. Keys that the tree lacks are passed over. Throws UsageError naming `file`
/// and the line, and where the tree has none of the keys.
void add_names(TreeListing& tree, const std::string& text, const std::string& file);

}  // namespace espalier::task
