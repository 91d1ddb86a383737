// Checks a class tree (one root, no circle, one counting parent each) and finds depths, ancestors and leaves.
#include "espalier/task/class_tree.hpp"

#include <algorithm>
#include <map>

#include "espalier/core/errors.hpp"

namespace espalier::task {
namespace {

constexpr std::size_t kNamedAtMost = 5;

std::size_t at(std::int32_t node) { return static_cast<std::size_t>(node); }

/// "'a', 'b' and 4 more".
std::string some(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < std::min(words.size(), kNamedAtMost); ++i) text += (i ? ", '" : "'") + words[i] + "'";
  return words.size() > kNamedAtMost ? text + " and " + std::to_string(words.size() - kNamedAtMost) + " more" : text;
}

void check_keys(const TreeListing& listing) {
  auto sorted = listing.keys;
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice != sorted.end()) {
    throw UsageError("two nodes of the tree are called '" + *twice + "'", "nodes are found by their names",
                     "Rename one of them.");
  }
  if (listing.edges.empty())
    throw UsageError("the tree has no edge", "it tells which class lies below which", "Write a child and its parent.");
}

/// By node, its parents, counting or not.
std::vector<std::vector<std::int32_t>> all_parents(const TreeListing& listing) {
  std::vector<std::vector<std::int32_t>> parents(listing.keys.size());
  for (const auto& edge : listing.edges) parents[at(edge.child)].push_back(edge.parent);
  return parents;
}

/// "'a' below 'b' below 'a'", found by a walk upwards from a node that has a circle above it.
std::string circle_text(const TreeListing& listing, const std::vector<std::vector<std::int32_t>>& parents,
                        const std::vector<bool>& open, std::int32_t from) {
  std::vector<std::int32_t> path{from};
  for (;;) {
    const auto& above = parents[at(path.back())];
    const auto next = *std::find_if(above.begin(), above.end(), [&](std::int32_t node) { return open[at(node)]; });
    const auto met = std::find(path.begin(), path.end(), next);
    if (met == path.end()) {
      path.push_back(next);
      continue;
    }
    std::string text;
    for (auto node = met; node != path.end(); ++node) text += "'" + listing.keys[at(*node)] + "' below ";
    return text + "'" + listing.keys[at(next)] + "'";
  }
}

/// Takes away nodes whose parents are all gone, from the roots down; what is left lies on circles or below them.
void check_circles(const TreeListing& listing, const std::vector<std::vector<std::int32_t>>& parents) {
  std::vector<std::vector<std::int32_t>> children(listing.keys.size());
  std::vector<std::size_t> missing(listing.keys.size());
  for (const auto& edge : listing.edges) children[at(edge.parent)].push_back(edge.child);
  std::vector<std::int32_t> free;
  for (std::size_t node = 0; node < missing.size(); ++node) {
    missing[node] = parents[node].size();
    if (missing[node] == 0) free.push_back(static_cast<std::int32_t>(node));
  }
  std::vector<bool> open(listing.keys.size(), true);
  while (!free.empty()) {
    const auto node = free.back();
    free.pop_back();
    open[at(node)] = false;
    for (const auto child : children[at(node)]) {
      if (--missing[at(child)] == 0) free.push_back(child);
    }
  }
  const auto left = std::find(open.begin(), open.end(), true);
  if (left == open.end()) return;
  throw UsageError(
      "the tree has a circle: " + circle_text(listing, parents, open, static_cast<std::int32_t>(left - open.begin())),
      "a class cannot lie below itself", "Remove one of these lines.");
}

std::int32_t only_root(const TreeListing& listing, const std::vector<std::vector<std::int32_t>>& parents) {
  std::vector<std::string> roots;
  std::int32_t root = -1;
  for (std::size_t node = 0; node < parents.size(); ++node) {
    if (!parents[node].empty()) continue;
    roots.push_back(listing.keys[node]);
    root = static_cast<std::int32_t>(node);
  }
  if (roots.size() == 1) return root;
  throw UsageError("the tree has " + std::to_string(roots.size()) + " roots: " + some(roots),
                   "depths are counted from one root", "Give all of them but one a parent.");
}

std::vector<std::int32_t> counting_parents(const TreeListing& listing, std::int32_t root) {
  std::vector<std::int32_t> counting(listing.keys.size(), -1);
  for (const auto& edge : listing.edges) {
    if (!edge.counts) continue;
    if (counting[at(edge.child)] >= 0) {
      throw UsageError("'" + listing.keys[at(edge.child)] + "' has several parents that count: " +
                           some({listing.keys[at(counting[at(edge.child)])], listing.keys[at(edge.parent)]}),
                       "depths and cuts follow one parent",
                       "Write 1 into the third column of one of them, and 0 into that of the others.");
    }
    counting[at(edge.child)] = edge.parent;
  }
  for (std::size_t node = 0; node < counting.size(); ++node) {
    if (counting[node] >= 0 || static_cast<std::int32_t>(node) == root) continue;
    throw UsageError("'" + listing.keys[node] + "' has no parent that counts", "the third column is 0 in all its lines",
                     "Write 1 for one of its parents.");
  }
  return counting;
}

}  // namespace

ClassTree::ClassTree(TreeListing listing) : listing_(std::move(listing)) {
  check_keys(listing_);
  const auto parents = all_parents(listing_);
  check_circles(listing_, parents);
  root_ = only_root(listing_, parents);
  parent_ = counting_parents(listing_, root_);
  std::vector<bool> is_parent(listing_.keys.size());
  for (const auto& edge : listing_.edges) is_parent[at(edge.parent)] = true;
  for (std::int32_t node = 0; node < count(); ++node) {
    std::int32_t steps = 0;
    for (auto above = parent(node); above >= 0; above = parent(above)) ++steps;
    depth_.push_back(steps);
    if (!is_parent[at(node)]) leaves_.push_back(node);
  }
}

std::string ClassTree::shown(std::int32_t node) const {
  if (listing_.names.empty() || listing_.names[at(node)].empty()) return key(node);
  return listing_.names[at(node)] + " (" + key(node) + ")";
}

std::int32_t ClassTree::place(std::int32_t node) const {
  return listing_.places.empty() ? -1 : listing_.places[at(node)];
}

std::int32_t ClassTree::greatest_depth() const {
  std::int32_t greatest = 0;
  for (const auto leaf : leaves_) greatest = std::max(greatest, depth(leaf));
  return greatest;
}

std::int32_t ClassTree::ancestor_at(std::int32_t node, std::int32_t wanted) const {
  while (depth(node) > wanted) node = parent(node);
  return node;
}

bool ClassTree::counts_below(std::int32_t node, std::int32_t top) const { return ancestor_at(node, depth(top)) == top; }

std::vector<bool> ClassTree::below_any(const std::vector<std::int32_t>& tops) const {
  std::vector<std::vector<std::int32_t>> children(listing_.keys.size());
  for (const auto& edge : listing_.edges) children[at(edge.parent)].push_back(edge.child);
  std::vector<bool> below(listing_.keys.size());
  std::vector<std::int32_t> open = tops;
  while (!open.empty()) {
    const auto node = open.back();
    open.pop_back();
    if (below[at(node)]) continue;
    below[at(node)] = true;
    open.insert(open.end(), children[at(node)].begin(), children[at(node)].end());
  }
  return below;
}

std::vector<std::int32_t> ClassTree::leaves_below() const {
  std::vector<std::int32_t> counts(listing_.keys.size());
  for (const auto leaf : leaves_) {
    for (auto above = leaf; above >= 0; above = parent(above)) ++counts[at(above)];
  }
  return counts;
}

std::optional<std::int32_t> ClassTree::find(const std::string& word) const {
  const auto& keys = listing_.keys;
  if (const auto known = std::find(keys.begin(), keys.end(), word); known != keys.end())
    return static_cast<std::int32_t>(known - keys.begin());
  std::vector<std::string> found;
  std::int32_t node = -1;
  for (std::size_t i = 0; i < listing_.names.size(); ++i) {
    if (listing_.names[i] != word) continue;
    node = static_cast<std::int32_t>(i);
    found.push_back(keys[i]);
  }
  if (found.size() > 1) {
    throw UsageError(std::to_string(found.size()) + " nodes of the tree have the name '" + word + "'",
                     "they are " + some(found), "Write one of those.");
  }
  return found.empty() ? std::nullopt : std::optional(node);
}

}  // namespace espalier::task
