// [tree.NAME] and [labels.NAME]: what is read, and what is no tree, cut or list of classes.
#include <catch2/catch.hpp>

#include "study/study_texts.hpp"

using namespace espalier::study;
using testing::check_one_message;
using testing::kSmallStudy;
using testing::parsed;

namespace {

const std::string kLabelled = [] {
  std::string text = kSmallStudy + R"toml([tree.words]
file = "tree.tsv"
names = "nodes.tsv"
[tree.levels]
data = "d"
[labels.some]
tree = "words"
cut = { kind = "clamp", depth = 3 }
without = ["dog", "cat"]
without_classes_of = "target.t"
[labels.few]
data = "d"
cut = { kind = "listed", groups = { odd = [1, 3], even = ["0", 2], nine = 9 } }
classes = ["0", 1, 2, 3, 9]
[labels.up]
tree = "levels"
cut = { kind = "absorb", rounds = 1 }
)toml";
  text.replace(text.find("[source.s]\ndata = \"d\"\n"), 22, R"toml([source.s]
data = "d"
classes = "labels.some"
[source.s2]
data = "d"
classes = "labels.few"
[source.s3]
data = "d"
classes = "labels.up"
)toml");
  return text;
}();

}  // namespace

TEST_CASE("labels: trees, cuts, groups and exclusions are read as written") {
  const Study study = parsed(kLabelled);

  REQUIRE(study.trees.size() == 2);
  CHECK(study.trees[0].file == "tree.tsv");
  CHECK(study.trees[0].names == "nodes.tsv");
  CHECK(study.trees[1].data == "d");
  CHECK(study.trees[1].levels == "coarse");
  REQUIRE(study.labels.size() == 3);
  const LabelSet &some = study.labels[0], &few = study.labels[1], &up = study.labels[2];
  CHECK((some.cut == LabelSet::Cut::clamp));
  CHECK(some.amount == 3);
  CHECK(some.without == std::vector<std::string>{"dog", "cat"});
  CHECK(some.without_classes_of == "target.t");
  CHECK((few.cut == LabelSet::Cut::listed));
  REQUIRE(few.groups.size() == 3);
  CHECK(few.groups[0] == std::pair(std::string("odd"), std::vector<Value>{1, 3}));
  CHECK(few.groups[1] == std::pair(std::string("even"), std::vector<Value>{"0", 2}));
  CHECK(few.groups[2].second == std::vector<Value>{9});
  CHECK(few.classes.size() == 5);
  CHECK((up.cut == LabelSet::Cut::absorb));
  CHECK(study.sources[0].classes == "labels.some");
}

TEST_CASE("labels: a tree comes from a file or a data set") {
  check_one_message(kLabelled, {"file = \"tree.tsv\"\n", "", "neither file nor data", "[tree.words]"});
  check_one_message(kLabelled,
                    {"file = \"tree.tsv\"\n", "file = \"tree.tsv\"\ndata = \"d\"\n", "both file and data", "file ="});
  check_one_message(kLabelled, {"names = \"nodes.tsv\"", "levels = \"coarse\"", "levels without data", "levels ="});
}

TEST_CASE("labels: a cut has what its kind needs and nothing else") {
  check_one_message(kLabelled, {", depth = 3", "", "'depth' is missing", "cut = { kind = \"clamp\""});
  check_one_message(kLabelled, {"rounds = 1", "rounds = 0", "out of range", "cut = { kind = \"absorb\""});
  check_one_message(kLabelled, {"depth = 3", "depth = 3, rounds = 2", "'rounds' does not belong to kind = \"clamp\"",
                                "cut = { kind = \"clamp\""});
  check_one_message(kLabelled, {"\"absorb\"", "\"absorbed\"", "unknown", "cut = { kind = \"absorbed\""});
  check_one_message(kLabelled, {"odd = [1, 3]", "odd = [1.5]", "expected a class", "cut = { kind = \"listed\""});
  check_one_message(kLabelled, {"odd = [1, 3]", "odd = []", "the list is empty", "cut = { kind = \"listed\""});
  check_one_message(kLabelled, {"classes = [\"0\", 1, 2, 3, 9]", "classes = -1", "expected a class", "classes = -1"});
}
