// Tree files as a study names them, their faults, and expected classes named by leaves.
#include "session/study_input_trees.hpp"

#include <catch2/catch.hpp>
#include <fstream>

#include "espalier/session/study_input.hpp"
#include "store/scratch.hpp"

using namespace espalier;
using namespace espalier::session;

namespace {

struct Fixture {
  store::Scratch root;
  study::Study study;
  plan::Facts facts;
  std::vector<study::Diagnostic> diagnostics;

  explicit Fixture(const std::string& tree) {
    std::ofstream(root.path() / "tree.tsv") << tree;
    study.trees = {{"t", {4, 2}, "tree.tsv"}};
  }
  std::string told() {
    find_trees(study, root.path(), facts, diagnostics);
    std::string all;
    for (const auto& one : diagnostics) all += study::format(one, "s") + "\n";
    return all;
  }
};

}  // namespace

TEST_CASE("trees: a file and its names become facts") {
  Fixture f("a\tr\nb\tr\n");
  std::ofstream(f.root.path() / "names.tsv") << "a\tash\n";
  f.study.trees[0].names = "names.tsv";

  CHECK(f.told().empty());
  CHECK(f.facts.trees["t"].keys == std::vector<std::string>{"a", "r", "b"});
  CHECK(f.facts.trees["t"].names == std::vector<std::string>{"ash", "", ""});
}

TEST_CASE("trees: a tree lies beside its study, wherever the data are") {
  Fixture f("a\tr\nb\tr\n");
  std::filesystem::create_directory(f.root.path() / "data");
  StudyArguments arguments;
  arguments.file = (f.root.path() / "study.toml").string();
  arguments.data_root = (f.root.path() / "data").string();

  const auto checked =
      check_study_text("[study]\nname = \"s\"\n[tree.t]\nfile = \"tree.tsv\"\n", arguments, WantImages::no);

  CHECK(checked.input.facts.trees.contains("t"));
}

TEST_CASE("trees: what is wrong with a file is told at its table, with the file's line") {
  CHECK(Fixture("a r\n").told().starts_with("s:4:2: error: tree.t: tree.tsv:1: this line has no child and parent"));
  CHECK(Fixture("a\tb\nb\ta\n").told().starts_with("s:4:2: error: tree.t: tree.tsv: the tree has a circle"));
  CHECK_THAT(Fixture("\xFF\tb\n").told(), Catch::Contains("tree.tsv:1: this is not UTF-8"));
  Fixture missing("a\tb\n");
  missing.study.trees[0].file = "three.tsv";
  CHECK_THAT(missing.told(), Catch::Contains("three.tsv cannot be read (there is no such file)"));
}

TEST_CASE("trees: expected classes are called by as many leaves of the tree that is used, in the order of bytes") {
  Fixture f("b\tr\na\tr\n");
  REQUIRE(f.told().empty());
  f.study.labels = {{"l", {}, "t"}};
  f.study.targets = {{"x", {}, "d", "labels.l"}};
  auto& data = f.facts.data["d"];
  data.provisional = true;
  data.class_names = {"class 0", "class 1"};
  data.class_counts = {5, 5};

  name_expected_classes(f.study, f.facts);
  CHECK(data.class_names == std::vector<std::string>{"a", "b"});

  f.study.targets = {{"x", {}, "d"}};
  f.study.targets[0].labels = "l";
  data.class_names = {"class 0", "class 1"};
  name_expected_classes(f.study, f.facts);
  CHECK(data.class_names == std::vector<std::string>{"a", "b"});

  f.study.targets[0].labels.clear();
  f.study.experiments.resize(1);
  f.study.experiments[0].axes = {{"target.labels", {}, {study::Value("l")}}};
  data.class_names = {"class 0", "class 1"};
  name_expected_classes(f.study, f.facts);
  CHECK(data.class_names == std::vector<std::string>{"a", "b"});

  data.class_counts = {5, 5, 5};
  data.class_names = {"0", "1", "2"};
  name_expected_classes(f.study, f.facts);
  CHECK(data.class_names.size() == 3);
  CHECK(data.class_names[0] == "0");
}

TEST_CASE("trees: the nodes of a data set's level may have names") {
  Fixture f("");
  f.study.trees = {{"t", {4, 2}, "", "names.tsv", "d", "coarse"}};
  std::ofstream(f.root.path() / "names.tsv") << "coarse 0\tfish\n1\ttrout\n";
  auto& data = f.facts.data["d"];
  data.class_names = {"0", "1"};
  data.levels["coarse"] = {{0, 0}, {"0"}};

  name_level_trees(f.study, f.root.path(), f.facts, f.diagnostics);
  CHECK(f.diagnostics.empty());
  CHECK(f.facts.trees["t"].names == std::vector<std::string>{"", "fish", "", "trout"});
  CHECK(f.facts.trees["t"].places == std::vector<std::int32_t>{-1, 0, -1, -1});

  f.study.trees[0].names = "none.tsv";
  name_level_trees(f.study, f.root.path(), f.facts, f.diagnostics);
  REQUIRE(f.diagnostics.size() == 1);
  CHECK_THAT(study::format(f.diagnostics[0], "s"), Catch::Contains("s:4:2: error: tree.t: "));
}
