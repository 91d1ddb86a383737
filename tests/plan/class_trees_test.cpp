// A study's class trees: of files, of levels, and of what is not known.
#include "espalier/plan/class_trees.hpp"

#include <catch2/catch.hpp>

using namespace espalier;

TEST_CASE("class trees: a study's tree comes from its file or from a level of its data set") {
  study::Study study;
  study.trees = {{"file", {}, "tree.tsv"}, {"level", {}, "", "", "d", "coarse"}};
  plan::Facts facts;
  CHECK_THROWS_WITH(class_tree_of(study, facts, "file"), Catch::Contains("nothing is known of tree 'file'"));
  CHECK_THROWS_WITH(class_tree_of(study, facts, "level"), Catch::Contains("nothing is known of data 'd'"));
  CHECK_THROWS_WITH(class_tree_of(study, facts, "other"), Catch::Contains("there is no tree 'other'"));
  facts.trees["file"] = task::read_tree("a\tr\nb\tr\n", "tree.tsv");
  facts.data["d"].class_names = {"0", "1"};
  CHECK_THROWS_WITH(class_tree_of(study, facts, "level"), Catch::Contains("data 'd' has no coarse labels, which tree"));
  facts.data["d"].provisional = true;
  CHECK_THROWS_WITH(class_tree_of(study, facts, "level"), Catch::Contains("its images are not here"));
  facts.data["d"].levels["coarse"] = {{0, 0}, {"0"}};

  CHECK(class_tree_of(study, facts, "file").leaves().size() == 2);
  CHECK(class_tree_of(study, facts, "level").key(1) == "coarse 0");
}
