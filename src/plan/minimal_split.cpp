// Divides classes by subtrees of a class tree: what lies below one node against the rest, or subtrees drawn to sizes.
#include "plan/minimal_split.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>

#include "espalier/core/errors.hpp"
#include "espalier/core/seed.hpp"
#include "plan/findings.hpp"
#include "plan/label_groups.hpp"

namespace espalier::plan {
namespace {

using ClassSplit = study::Split::ClassSplit;
using Classes = std::vector<std::int32_t>;

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

/// The classes of each subtree that is cut off at `depth`, those with the first classes first.
std::vector<Classes> subtrees(const task::ClassTree& tree, const Classes& leaf_of, std::int32_t depth) {
  std::map<std::int32_t, Classes> by_node;
  for (std::size_t i = 0; i < leaf_of.size(); ++i) {
    if (leaf_of[i] >= 0) by_node[tree.ancestor_at(leaf_of[i], depth)].push_back(static_cast<std::int32_t>(i));
  }
  std::vector<Classes> all;
  for (auto& [node, classes] : by_node) all.push_back(std::move(classes));
  std::sort(all.begin(), all.end());
  return all;
}

ClassSplit halves_below(const study::Split& split, const task::ClassTree& tree, const Classes& leaf_of) {
  const auto node = tree.find(split.below);
  if (!node)
    throw CompileError{{"'" + split.below + "' is no node of tree '" + split.tree + "'", "nodes are found by name",
                        "'espalier data tree' prints them."}};
  const auto depth = split.depth > 0 ? split.depth : tree.depth(*node);
  ClassSplit halves;
  for (const auto& classes : subtrees(tree, leaf_of, depth)) {
    const auto is_below = [&](std::int32_t index) { return tree.counts_below(leaf_of[at(index)], *node); };
    const auto below = std::count_if(classes.begin(), classes.end(), is_below);
    if (below != 0 && below != static_cast<std::ptrdiff_t>(classes.size())) {
      const auto shared = tree.ancestor_at(leaf_of[at(classes.front())], depth);
      throw CompileError{{"both halves would lie below '" + tree.shown(shared) + "'",
                          "it is at depth " + std::to_string(depth) + ", and '" + split.below + "' at " +
                              std::to_string(tree.depth(*node)),
                          "Raise split.depth to " + std::to_string(tree.depth(*node)) + ", or leave it out."}};
    }
    auto& half = below > 0 ? halves.source : halves.target;
    half.insert(half.end(), classes.begin(), classes.end());
  }
  std::sort(halves.source.begin(), halves.source.end());
  std::sort(halves.target.begin(), halves.target.end());
  if (halves.source.empty() || halves.target.empty())
    throw CompileError{{std::string(halves.source.empty() ? "no" : "every") + " class lies below '" + split.below + "'",
                        "one half would be empty", "Name another node."}};
  return halves;
}

/// Takes from the front of `order` subtrees with that many classes in all, wherever the later ones can give the rest.
/// None where no subtrees sum to it.
std::optional<Classes> take(const std::vector<Classes>& all, Classes& order, std::int32_t size) {
  std::vector<std::vector<bool>> reachable(order.size() + 1, std::vector<bool>(at(size) + 1));
  reachable.back()[0] = true;
  for (std::size_t i = order.size(); i-- > 0;) {
    reachable[i] = reachable[i + 1];
    const auto own = all[at(order[i])].size();
    for (std::size_t sum = own; sum <= at(size); ++sum) {
      if (reachable[i + 1][sum - own]) reachable[i][sum] = true;
    }
  }
  if (!reachable[0][at(size)]) return std::nullopt;
  Classes taken, left;
  auto missing = at(size);
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto& own = all[at(order[i])];
    if (own.size() <= missing && reachable[i + 1][missing - own.size()]) {
      taken.insert(taken.end(), own.begin(), own.end());
      missing -= own.size();
    } else {
      left.push_back(order[i]);
    }
  }
  order = std::move(left);
  std::sort(taken.begin(), taken.end());
  return taken;
}

ClassSplit drawn(const study::Study& study, const std::vector<Classes>& all, std::int32_t split) {
  constexpr std::int64_t kTries = 100;  // the first half may take what the second needs
  for (std::int64_t i = 0; i < kTries; ++i) {
    auto order = permutation(
        static_cast<std::int32_t>(all.size()),
        seed_of(static_cast<std::uint64_t>(study.seed), {std::string_view("minimal split"), std::int64_t{split}, i}));
    auto source = take(all, order, study.split.source);
    if (!source) break;
    if (auto target = take(all, order, study.split.target)) return {std::move(*source), std::move(*target)};
  }
  std::size_t classes = 0, largest = 0;
  for (const auto& one : all) {
    classes += one.size();
    largest = std::max(largest, one.size());
  }
  throw CompileError{{"no subtrees make halves of " + std::to_string(study.split.source) + " and " +
                          std::to_string(study.split.target) + " classes",
                      "at depth " + std::to_string(study.split.depth) + " there are " + std::to_string(all.size()) +
                          " with " + std::to_string(classes) + " classes, at most " + std::to_string(largest) + " each",
                      "Change split.source, split.target or split.depth."}};
}

}  // namespace

std::vector<ClassSplit> minimal_class_splits(const study::Study& study, const task::ClassTree& tree,
                                             const LabelledData& data, const std::vector<bool>& usable) {
  auto used = usable;
  const auto leaf_of = match_leaves(tree, study.split.tree, data, used);
  if (!study.split.below.empty()) return {halves_below(study.split, tree, leaf_of)};
  const auto all = subtrees(tree, leaf_of, study.split.depth);
  std::vector<ClassSplit> splits;
  for (std::int32_t s = 1; s <= study.split.count; ++s) splits.push_back(drawn(study, all, s));
  return splits;
}

}  // namespace espalier::plan
