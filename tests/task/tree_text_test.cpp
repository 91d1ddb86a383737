// Tree files and their faults, names of nodes, and trees of a data set's levels.
#include <catch2/catch.hpp>

#include "espalier/core/errors.hpp"
#include "espalier/task/class_tree.hpp"

using namespace espalier;
using task::read_tree;

TEST_CASE("tree text: each line tells a child and its parent, and the third column which parent counts") {
  const auto tree = read_tree("dog\tanimal\t1\t0\ndog\tpet\t0\n\ncat\tanimal\r\n", "tree.tsv");

  CHECK(tree.keys == std::vector<std::string>{"dog", "animal", "pet", "cat"});
  CHECK(tree.edges == std::vector<task::TreeEdge>{{0, 1, true}, {0, 2, false}, {3, 1, true}});
}

TEST_CASE("tree text: a line that cannot be read is told with its file and number") {
  using Catch::Contains;
  CHECK_THROWS_WITH(read_tree("a\tb\nc\n", "t.tsv"), Contains("t.tsv:2: this line has no child and parent"));
  CHECK_THROWS_WITH(read_tree("a\t\n", "t.tsv"), Contains("t.tsv:1: this line has no child and parent"));
  CHECK_THROWS_WITH(read_tree("a\tb\tyes\n", "t.tsv"), Contains("t.tsv:1: the third column is 'yes'"));
  CHECK_THROWS_WITH(read_tree("a\tb\na\tb\n", "t.tsv"), Contains("t.tsv:2: 'a' stands below 'b' a second time"));
  CHECK_THROWS_WITH(read_tree("\n", "t.tsv"), Contains("t.tsv has no line"));
}

TEST_CASE("tree text: names are found by node, those of other nodes are passed over") {
  auto tree = read_tree("n1\tn0\nn2\tn0\n", "t.tsv");

  add_names(tree, "n1\tdog\t7\nn9\tcow\nn2\tdog\n", "n.tsv");

  CHECK(tree.names == std::vector<std::string>{"dog", "", "dog"});
  const task::ClassTree made(tree);
  CHECK(made.shown(0) == "dog (n1)");
  CHECK(made.shown(1) == "n0");
  CHECK_THROWS_WITH(made.find("dog"), Catch::Contains("2 nodes of the tree have the name 'dog' (they are 'n1', 'n2')"));
  CHECK_THROWS_WITH(add_names(tree, "n9\tcow\n", "n.tsv"), Catch::Contains("n.tsv names no node of the tree"));
  CHECK_THROWS_WITH(add_names(tree, "n1\ta\nn1\tb\n", "n.tsv"), Catch::Contains("n.tsv:2: 'n1' is named a second"));
}

TEST_CASE("tree text: a data set's coarser classes are nodes in their order, those without a class are none") {
  const auto listing = task::tree_of_level({"0", "1", "2", "3"}, "coarse", {{2, 0, -1, 2}, {"0", "1", "2"}});

  CHECK(listing.keys == std::vector<std::string>{"all", "coarse 0", "coarse 2", "0", "1", "3"});
  const task::ClassTree tree(listing);
  CHECK(tree.leaves().size() == 3);
  CHECK(tree.key(tree.parent(*tree.find("3"))) == "coarse 2");
  CHECK(tree.place(*tree.find("coarse 2")) == 2);
  CHECK(tree.place(*tree.find("0")) == -1);
}
