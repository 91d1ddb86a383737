// What a class tree refuses, and what it finds: depths, ancestors, leaves, nodes by key and name.
#include "espalier/task/class_tree.hpp"

#include <catch2/catch.hpp>

#include "espalier/core/errors.hpp"

using namespace espalier;
using Catch::Contains;
using task::ClassTree;

namespace {

ClassTree tree_of(const std::string& text) { return ClassTree(task::read_tree(text, "tree.tsv")); }

/// Living things; a bat is a mammal that counts, and flies.
const char* const kAnimals =
    "animal\tthing\n"
    "mammal\tanimal\n"
    "flier\tanimal\n"
    "dog\tmammal\n"
    "bat\tmammal\t1\n"
    "bat\tflier\t0\n"
    "eagle\tflier\n"
    "rock\tthing\n";

std::int32_t node(const ClassTree& tree, const std::string& key) { return tree.find(key).value(); }

}  // namespace

TEST_CASE("class tree: depths and ancestors follow the parent that counts") {
  const auto tree = tree_of(kAnimals);

  CHECK(tree.key(tree.root()) == "thing");
  CHECK(tree.depth(node(tree, "bat")) == 3);
  CHECK(tree.greatest_depth() == 3);
  CHECK(tree.key(tree.ancestor_at(node(tree, "bat"), 2)) == "mammal");
  CHECK(tree.key(tree.ancestor_at(node(tree, "rock"), 2)) == "rock");
  CHECK(tree.counts_below(node(tree, "bat"), node(tree, "mammal")));
  CHECK_FALSE(tree.counts_below(node(tree, "bat"), node(tree, "flier")));
  CHECK(tree.counts_below(node(tree, "bat"), node(tree, "bat")));
  CHECK(tree.leaves().size() == 4);
  CHECK(tree.leaves_below()[static_cast<std::size_t>(node(tree, "flier"))] == 1);
  CHECK_FALSE(tree.find("cat").has_value());
}

TEST_CASE("class tree: what lies below a node by any parent lies below it") {
  const auto tree = tree_of(kAnimals);

  const auto below = tree.below_any({node(tree, "flier")});

  std::string found;
  for (std::int32_t i = 0; i < tree.count(); ++i) found += below[static_cast<std::size_t>(i)] ? tree.key(i) + " " : "";
  CHECK(found == "flier bat eagle ");
}

TEST_CASE("class tree: circles, several roots and parents that clash are refused by name") {
  CHECK_THROWS_WITH(tree_of("a\tr\nb\tc\nc\td\nd\tb\n"),
                    Contains("the tree has a circle: 'b' below 'c' below 'd' below "
                             "'b' (a class cannot lie below itself)"));
  CHECK_THROWS_WITH(tree_of("a\ta\n"), Contains("'a' below 'a'"));
  CHECK_THROWS_WITH(tree_of("e\tb\na\tr\nb\ta\t0\na\tb\t0\nb\tr\n"), Contains("a circle"));
  CHECK_THROWS_WITH(tree_of("a\tr\nb\ts\n"), Contains("the tree has 2 roots: 'r', 's'"));
  CHECK_THROWS_WITH(tree_of("p\tr\nq\tr\na\tp\na\tq\n"), Contains("'a' has several parents that count: 'p', 'q'"));
  CHECK_THROWS_WITH(tree_of("a\tr\t0\n"), Contains("'a' has no parent that counts"));
  CHECK_THROWS_WITH(ClassTree({{"a", "a"}, {}, {{0, 1, true}}, {}}), Contains("two nodes of the tree are called 'a'"));
  CHECK_THROWS_AS(ClassTree({{"a"}, {}, {}, {}}), UsageError);
}
