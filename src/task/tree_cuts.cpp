// Gives leaves of a class tree coarser labels: by depth from the root, or by climbing and absorbing.
#include "espalier/task/tree_cuts.hpp"

#include <set>

namespace espalier::task {

std::vector<std::int32_t> clamp(const ClassTree& tree, const std::vector<std::int32_t>& leaves, std::int32_t depth) {
  std::vector<std::int32_t> labels;
  for (const auto leaf : leaves) labels.push_back(tree.ancestor_at(leaf, depth));
  return labels;
}

namespace {

/// The topmost of a node and its ancestors that is in `labels`, which holds the node.
std::int32_t topmost(const ClassTree& tree, std::int32_t node, const std::set<std::int32_t>& labels) {
  std::int32_t top = node;
  for (std::int32_t above = node; above >= 0; above = tree.parent(above)) {
    if (labels.contains(above)) top = above;
  }
  return top;
}

}  // namespace

std::vector<std::int32_t> absorb(const ClassTree& tree, const std::vector<std::int32_t>& leaves, std::int32_t rounds) {
  std::vector<std::int32_t> labels = leaves;
  for (std::int32_t round = 0; round < rounds; ++round) {
    for (auto& label : labels) label = label == tree.root() ? label : tree.parent(label);
    const std::set<std::int32_t> there(labels.begin(), labels.end());
    for (auto& label : labels) label = topmost(tree, label, there);
  }
  return labels;
}

std::vector<std::int32_t> leaves_without(const ClassTree& tree, const std::vector<std::int32_t>& tops) {
  const auto below = tree.below_any(tops);
  std::vector<std::int32_t> left;
  for (const auto leaf : tree.leaves()) {
    if (!below[static_cast<std::size_t>(leaf)]) left.push_back(leaf);
  }
  return left;
}

std::int32_t label_count(const std::vector<std::int32_t>& labels) {
  return static_cast<std::int32_t>(std::set<std::int32_t>(labels.begin(), labels.end()).size());
}

}  // namespace espalier::task
