// Halves that share no node at a depth: ILSVRC's published one, drawn ones, and those that cannot be.
#include "plan/minimal_split.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <sstream>

#include "plan/findings.hpp"
#include "support/planning.hpp"

namespace espalier::plan {
namespace {

struct Fixture {
  study::Study study;
  task::ClassTree tree;
  DataFacts facts;

  explicit Fixture(const std::string& text) : tree(task::read_tree(text, "tree.tsv")) {
    study.seed = 5;
    study.data["d"].name = "d";
    study.split.kind = study::Split::Kind::minimal;
    study.split.tree = "t";
    for (const auto leaf : tree.leaves()) facts.class_names.push_back(tree.key(leaf));
    std::sort(facts.class_names.begin(), facts.class_names.end());
    facts.class_counts.assign(facts.class_names.size(), 10);
  }
  std::vector<study::Split::ClassSplit> splits() const {
    const LabelledData data(study.data.at("d"), facts);
    return minimal_class_splits(study, tree, data, std::vector<bool>(facts.class_names.size(), true));
  }
  std::string refusal() const {
    try {
      splits();
    } catch (const CompileError& error) {
      return to_string(error.problem);
    }
    return "";
  }
  /// Nodes at the depth or deeper that lie above a class of the half.
  std::set<std::int32_t> above(const std::vector<std::int32_t>& half, std::int32_t depth) const {
    std::set<std::int32_t> nodes;
    for (const auto index : half) {
      const auto leaf = *tree.find(facts.class_names[static_cast<std::size_t>(index)]);
      for (auto node = leaf; node >= 0 && tree.depth(node) >= depth; node = tree.parent(node)) nodes.insert(node);
    }
    return nodes;
  }
  bool share(const study::Split::ClassSplit& halves, std::int32_t depth) const {
    const auto source = above(halves.source, depth);
    for (const auto node : above(halves.target, depth)) {
      if (source.contains(node)) return true;
    }
    return false;
  }
};

std::string ilsvrc() {
  std::ifstream file(std::string(ESPALIER_SOURCE_DIR) + "/jobs/ilsvrc/tree.tsv");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Groups g0, g1, ... of as many classes.
std::string groups(const std::vector<int>& sizes) {
  std::string text;
  for (std::size_t g = 0; g < sizes.size(); ++g) {
    const std::string group = "g" + std::to_string(g);
    text += group + "\tall\n";
    for (int i = 0; i < sizes[g]; ++i) text += group + "-" + std::to_string(i) + "\t" + group + "\n";
  }
  return text;
}

}  // namespace

TEST_CASE(
    "minimal split: ILSVRC's artifacts against the rest are 522 and 478 classes that share no node from depth 4") {
  Fixture f(ilsvrc());
  f.study.split.below = "n00021939";

  const auto splits = f.splits();

  REQUIRE(splits.size() == 1);
  CHECK(splits[0].source.size() == 522);
  CHECK(splits[0].target.size() == 478);
  CHECK_FALSE(f.share(splits[0], 4));
  CHECK(f.share(splits[0], 3));
  f.study.split.depth = 3;
  CHECK_THAT(f.refusal(), Catch::Contains("both halves would lie below 'n"));
  CHECK_THAT(f.refusal(), Catch::Contains("Raise split.depth to 4, or leave it out."));
  f.study.split.depth = 5;
  CHECK(f.splits() == splits);
  f.study.split.below = "n0";
  CHECK_THAT(f.refusal(), Catch::Contains("'n0' is no node of tree 't'"));
  f.study.split.below = "n00001740";
  f.study.split.depth = 0;
  CHECK_THAT(f.refusal(), Catch::Contains("every class lies below 'n00001740' (one half would be empty)"));
}

TEST_CASE("minimal split: ILSVRC's subtrees are drawn to halves of 500 classes") {
  Fixture f(ilsvrc());
  f.study.split.depth = 6;
  f.study.split.count = 3;
  f.study.split.source = f.study.split.target = 500;

  const auto splits = f.splits();

  REQUIRE(splits.size() == 3);
  CHECK(splits[0].source != splits[1].source);
  for (const auto& halves : splits) {
    CHECK(halves.source.size() == 500);
    CHECK(halves.target.size() == 500);
    CHECK_FALSE(f.share(halves, 6));
  }
}

TEST_CASE("minimal split: drawn halves have their sizes and share no subtree, and more splits leave the first ones") {
  CHECK(rc::check("halves", [] {
    const auto sizes = *rc::gen::container<std::vector<int>>(8, rc::gen::inRange(1, 6));
    Fixture f(groups(sizes));
    f.study.split.depth = 1;
    f.study.split.source = sizes[0] + sizes[1];
    f.study.split.target = sizes[2];
    f.study.split.count = *rc::gen::inRange(1, 4);
    const auto splits = f.splits();
    for (const auto& halves : splits) {
      RC_ASSERT(static_cast<int>(halves.source.size()) == f.study.split.source);
      RC_ASSERT(static_cast<int>(halves.target.size()) == f.study.split.target);
      RC_ASSERT(!f.share(halves, 1));
    }
    f.study.split.count = 5;
    const auto more = f.splits();
    RC_ASSERT(std::equal(splits.begin(), splits.end(), more.begin()));
  }));
}

TEST_CASE("minimal split: sizes that no subtrees sum to are refused") {
  Fixture f(groups({4, 4, 4}));
  f.study.split.depth = 1;
  f.study.split.source = 6;
  f.study.split.target = 4;

  CHECK_THAT(f.refusal(), Catch::Contains("no subtrees make halves of 6 and 4 classes (at depth 1 there are 3 with 12 "
                                          "classes, at most 4 each)"));
  f.study.split.source = 8;
  f.study.split.target = 8;
  CHECK_FALSE(f.refusal().empty());
  f.study.split.target = 4;
  CHECK(f.refusal().empty());
  f.facts.class_names[3] = "stranger";
  CHECK_THAT(f.refusal(), Catch::Contains("are not in tree 't': 'stranger'"));
}

TEST_CASE("minimal split: sources and targets take its halves") {
  auto study = support::small_study(2);
  study.split.kind = study::Split::Kind::minimal;
  study.split.tree = "levels";
  study.split.depth = 1;
  study.split.source = study.split.target = 4;
  study.trees = {{"levels", {}, "", "", "letters", "coarse"}};
  study.experiments = {support::experiment("a", {support::axis("transferred", {1})})};
  auto facts = support::small_facts();
  for (int i = 0; i < 12; ++i) facts.data["letters"].levels["coarse"].of.push_back(i % 6);
  facts.data["letters"].levels["coarse"].names = {"0", "1", "2", "3", "4", "5"};

  const Plan plan = support::compiled(study, {}, {}, facts);

  for (const auto& task : plan.tasks) {
    const auto& classes = plan.catalog.label_maps.at(task::training(task).images.labels).classes;
    REQUIRE(classes.size() == 4);
    CHECK(classes[2] == classes[0] + 6);
    CHECK(classes[3] == classes[1] + 6);
  }
  facts.data["letters"].levels.clear();
  CHECK_THAT(support::complaints(study, facts), Catch::Contains("has no coarse labels, which tree 'levels'"));
}

}  // namespace espalier::plan
