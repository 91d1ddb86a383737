// The cuts on ILSVRC's tree against the label sets that Huh, Agrawal and Efros published, and what holds of all trees.
#include "espalier/task/tree_cuts.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "espalier/core/hash.hpp"

using namespace espalier;
using task::ClassTree;

namespace {

const ClassTree& ilsvrc() {
  static const ClassTree tree = [] {
    std::ifstream file(std::string(ESPALIER_SOURCE_DIR) + "/jobs/ilsvrc/tree.tsv");
    std::ostringstream text;
    text << file.rdbuf();
    return ClassTree(task::read_tree(text.str(), "tree.tsv"));
  }();
  return tree;
}

/// SHA-256 over "<class> tab <label>" lines in the order of the classes' names, its first 16 digits.
std::string digest_of(const ClassTree& tree, const std::vector<std::int32_t>& leaves,
                      const std::vector<std::int32_t>& labels) {
  std::map<std::string, std::string> all;
  for (std::size_t i = 0; i < leaves.size(); ++i) all[tree.key(leaves[i])] = tree.key(labels[i]);
  Sha256 hash;
  for (const auto& [leaf, label] : all) hash.update(leaf + "\t" + label + "\n");
  return to_hex(hash.finish()).substr(0, 16);
}

std::vector<std::int32_t> nodes(const ClassTree& tree, const std::vector<std::string>& keys) {
  std::vector<std::int32_t> all;
  for (const auto& key : keys) all.push_back(tree.find(key).value());
  return all;
}

/// A tree whose node i has a counting parent below i and maybe another one.
rc::Gen<task::TreeListing> trees() {
  return rc::gen::map(rc::gen::container<std::vector<std::pair<int, int>>>(
                          rc::gen::pair(rc::gen::inRange(0, 1000), rc::gen::inRange(-1000, 1000))),
                      [](std::vector<std::pair<int, int>> picks) {
                        task::TreeListing tree{{"0"}, {}, {}, {}};
                        picks.insert(picks.begin(), {0, -1});
                        for (const auto& [counting, other] : picks) {
                          const auto node = static_cast<std::int32_t>(tree.keys.size());
                          tree.keys.push_back(std::to_string(node));
                          tree.edges.push_back({node, counting % node, true});
                          if (other >= 0 && other % node != counting % node)
                            tree.edges.push_back({node, other % node, false});
                        }
                        return tree;
                      });
}

}  // namespace

TEST_CASE("tree cuts: ILSVRC clamped gives the paper's bottom-up sets") {
  const auto& tree = ilsvrc();
  const std::vector<std::tuple<int, int, std::string>> published = {{15, 918, "4b31abb43d2a4b89"},
                                                                    {12, 753, "20bab7c869217534"},
                                                                    {9, 486, "a2f76bd67cd4afcb"},
                                                                    {6, 79, "7330e05e7f7368e7"},
                                                                    {3, 9, "71f5fca8ec62b4cf"}};
  REQUIRE(tree.leaves().size() == 1000);
  CHECK(tree.count() == 1860);
  for (const auto& [depth, count, digest] : published) {
    const auto labels = task::clamp(tree, tree.leaves(), depth);
    CHECK(task::label_count(labels) == count);
    CHECK(digest_of(tree, tree.leaves(), labels) == digest);
  }
  std::vector<std::int32_t> counts;
  for (int depth = 17; depth >= 0; --depth)
    counts.push_back(task::label_count(task::clamp(tree, tree.leaves(), depth)));
  CHECK(counts ==
        std::vector<std::int32_t>{999, 977, 918, 877, 820, 753, 694, 596, 486, 345, 206, 79, 36, 17, 9, 5, 2, 1});
}

TEST_CASE("tree cuts: ILSVRC climbed and absorbed gives the paper's top-down sets") {
  const auto& tree = ilsvrc();
  const std::vector<std::tuple<int, int, std::string>> published = {
      {1, 127, "928a6c7f9bbd444f"}, {2, 10, "36a2fe7bc26a3eaf"}, {3, 2, "b7905cd2acd5d744"}};
  for (const auto& [rounds, count, digest] : published) {
    const auto labels = task::absorb(tree, tree.leaves(), rounds);
    CHECK(task::label_count(labels) == count);
    CHECK(digest_of(tree, tree.leaves(), labels) == digest);
  }
  CHECK(task::label_count(task::absorb(tree, tree.leaves(), 4)) == 1);
}

TEST_CASE("tree cuts: ILSVRC without PASCAL's nodes has 771 classes, and artifact halves it into 522 and 478") {
  const auto& tree = ilsvrc();
  // PASCAL's cow, n01887787, is no node here: no class of ILSVRC lies below it.
  const auto pascal =
      nodes(tree, {"n02691156", "n02834778", "n01503061", "n02858304", "n02876657", "n02924116", "n02958343",
                   "n02121620", "n03001627", "n03201208", "n02084071", "n02374451", "n03769722", "n00007846",
                   "n00017222", "n02411705", "n04256520", "n04468005", "n03782006"});

  const auto left = task::leaves_without(tree, pascal);

  CHECK(left.size() == 771);
  CHECK(digest_of(tree, left, left) == "0db9f74abc82465f");

  const auto artifact = tree.find("n00021939").value();
  std::vector<std::int32_t> below, rest;
  for (const auto leaf : tree.leaves()) (tree.counts_below(leaf, artifact) ? below : rest).push_back(leaf);
  CHECK(tree.depth(artifact) == 4);
  CHECK(below.size() == 522);
  CHECK(digest_of(tree, below, below) == "6bc5b91b648bcb95");
  CHECK(rest.size() == 478);
  CHECK(digest_of(tree, rest, rest) == "4c03ac7cf56aa787");
}

TEST_CASE("tree cuts: every leaf has one label, which is the leaf or a counting ancestor") {
  CHECK(rc::check("clamp and absorb", [] {
    const ClassTree tree(*trees());
    const auto depth = *rc::gen::inRange(0, 8);
    for (const auto& labels : {task::clamp(tree, tree.leaves(), depth), task::absorb(tree, tree.leaves(), depth)}) {
      RC_ASSERT(labels.size() == tree.leaves().size());
      for (std::size_t i = 0; i < labels.size(); ++i) RC_ASSERT(tree.counts_below(tree.leaves()[i], labels[i]));
    }
  }));
}

TEST_CASE("tree cuts: clamping at the greatest depth leaves the leaves, at 0 the root, and less deep is coarser") {
  CHECK(rc::check("depths", [] {
    const ClassTree tree(*trees());
    RC_ASSERT(task::clamp(tree, tree.leaves(), tree.greatest_depth()) == tree.leaves());
    RC_ASSERT(task::label_count(task::clamp(tree, tree.leaves(), 0)) == 1);
    for (std::int32_t depth = tree.greatest_depth(); depth > 0; --depth) {
      const auto fine = task::clamp(tree, tree.leaves(), depth), coarse = task::clamp(tree, tree.leaves(), depth - 1);
      RC_ASSERT(task::clamp(tree, fine, depth - 1) == coarse);
    }
  }));
}

TEST_CASE("tree cuts: no absorbed label lies below another, and enough rounds leave the root") {
  CHECK(rc::check("rounds", [] {
    const ClassTree tree(*trees());
    RC_ASSERT(task::absorb(tree, tree.leaves(), 0) == tree.leaves());
    const auto labels = task::absorb(tree, tree.leaves(), *rc::gen::inRange(1, 6));
    const std::set<std::int32_t> there(labels.begin(), labels.end());
    for (const auto label : there) {
      for (const auto other : there) RC_ASSERT(label == other || !tree.counts_below(label, other));
    }
    RC_ASSERT(task::label_count(task::absorb(tree, tree.leaves(), tree.greatest_depth())) == 1);
  }));
}

TEST_CASE("tree cuts: leaving out a node and those below it leaves all other leaves") {
  CHECK(rc::check("without", [] {
    const ClassTree tree(*trees());
    const auto top = *rc::gen::inRange(0, tree.count());
    const auto left = task::leaves_without(tree, {top});
    const auto below = tree.below_any({top});
    const auto gone = std::count_if(tree.leaves().begin(), tree.leaves().end(),
                                    [&](std::int32_t leaf) { return below[static_cast<std::size_t>(leaf)]; });
    RC_ASSERT(left.size() + static_cast<std::size_t>(gone) == tree.leaves().size());
    for (const auto leaf : left) RC_ASSERT(!tree.counts_below(leaf, top));
  }));
}
