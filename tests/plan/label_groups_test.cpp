// The outputs that label sets make of a data set's classes, and what cannot be one.
#include "plan/label_groups.hpp"

#include <catch2/catch.hpp>

#include "plan/findings.hpp"
#include "support/planning.hpp"

namespace espalier::plan {
namespace {

using Cut = study::LabelSet::Cut;
using Classes = std::vector<std::vector<std::int32_t>>;
using Names = std::vector<std::string>;

/// Six classes, five of them below two groups of animals; a bat is a mammal that flies.
const char* const kTree =
    "bird\tanimal\nmammal\tanimal\nanimal\tthing\nrock\tthing\n"
    "eagle\tbird\nowl\tbird\ndog\tmammal\ncat\tmammal\nbat\tmammal\t1\nbat\tbird\t0\n";

struct Fixture {
  study::DataSet data;
  DataFacts facts;
  task::ClassTree tree{task::read_tree(kTree, "tree.tsv")};
  study::LabelSet labels;
  Names left_out;

  Fixture() {
    data.name = "d";
    labels.name = "l";
    labels.tree = "t";
    facts.class_names = {"rock", "owl", "dog", "cat", "bat", "eagle"};
    facts.class_counts.assign(6, 10);
  }
  LabelGroups groups() { return label_groups(labels, labels.tree.empty() ? nullptr : &tree, {data, facts}, left_out); }
  std::string refusal() {
    try {
      groups();
    } catch (const CompileError& error) {
      return to_string(error.problem);
    }
    return "";
  }
};

}  // namespace

TEST_CASE("label groups: a cut's outputs are nodes in the order of their first classes") {
  Fixture f;
  f.labels.cut = Cut::clamp;
  f.labels.amount = 2;

  CHECK(f.groups().names == Names{"rock", "bird", "mammal"});
  CHECK(f.groups().classes == Classes{{0}, {1, 5}, {2, 3, 4}});

  f.labels.amount = 1;
  CHECK(f.groups().names == Names{"rock", "animal"});
  f.labels.cut = Cut::absorb;
  CHECK(f.groups().names == Names{"thing"});  // the rock's parent lies above all others
  f.labels.cut = Cut::leaves;
  CHECK(f.groups().names == f.facts.class_names);
}

TEST_CASE("label groups: what is left out goes before the cut, with all that lies below by any parent") {
  Fixture f;
  f.labels.cut = Cut::absorb;
  f.labels.amount = 1;
  f.labels.without = {"rock"};
  CHECK(f.groups().names == Names{"bird", "mammal"});
  f.labels.without = {"bird", "rock"};
  f.labels.cut = Cut::leaves;
  CHECK(f.groups().names == Names{"dog", "cat"});  // the bat flies
  f.labels.without = {"rock"};
  f.left_out = {"cow", "dog", "eagle"};
  CHECK(f.groups().classes == Classes{{1}, {3}, {4}});
  f.left_out = {"cow", "horse"};
  f.labels.without_classes_of = "target.farm";
  CHECK_THAT(f.refusal(), Catch::Contains("no class of 'target.farm' is found by name ('cow', 'horse' are neither"));
  f.left_out.clear();
  f.labels.without = {"rack"};
  CHECK_THAT(f.refusal(), Catch::Contains("'rack' is no class of data 'd', and no node of tree 't'"));
  CHECK_THAT(f.refusal(), Catch::Contains("Did you mean 'rock'?"));
  f.labels.without = {"thing"};
  CHECK_THAT(f.refusal(), Catch::Contains("no class is left"));
}

TEST_CASE("label groups: lists name classes, indices and nodes, with a tree and without") {
  Fixture f;
  f.labels.cut = Cut::listed;
  f.labels.groups = {{"flies", {"bird", 4}}, {"walks", {"dog", 3}}};
  CHECK(f.groups().names == Names{"flies", "walks"});
  CHECK(f.groups().classes == Classes{{1, 5, 4}, {2, 3}});

  f.labels.groups[1].second.emplace_back("bat");
  CHECK_THAT(f.refusal(), Catch::Contains("class 'bat' has two labels: 'flies', 'walks'"));
  f.labels.groups[1].second = {"mammal", "dog"};
  f.labels.groups[0].second = {"bird"};
  CHECK_THAT(f.refusal(), Catch::Contains("class 'dog' stands twice in label 'walks'"));
  f.labels.groups[1].second = {"rock"};
  f.labels.without = {"rock"};
  CHECK_THAT(f.refusal(), Catch::Contains("label 'walks' has no class (all are left out)"));

  f.labels.tree = "";
  f.labels.without = {};
  f.labels.groups = {{"a", {"owl"}}, {"b", {0, "dog"}}};
  CHECK(f.groups().classes == Classes{{1}, {0, 2}});
  f.labels.groups = {{"a", {"bird"}}};
  CHECK_THAT(f.refusal(), Catch::StartsWith("'bird' is no class of data 'd' (classes and nodes"));
  f.labels.groups = {{"a", {6}}};
  CHECK_THAT(f.refusal(), Catch::Contains("there is no class 6 (data 'd' has 6 classes, numbered from 0)"));
}

TEST_CASE("label groups: classes may be chosen by name or index, each once") {
  Fixture f;
  f.labels.classes = {"dog", 1};
  CHECK(f.groups().names == Names{"owl", "dog"});
  f.labels.classes = {"dog", 2};
  CHECK_THAT(f.refusal(), Catch::Contains("class 'dog' stands twice"));
  f.labels.classes = {"dig"};
  CHECK_THAT(f.refusal(), Catch::Contains("'dig' is no class of data 'd'"));
}

TEST_CASE("label groups: a class that is no leaf and a leaf that is no class are refused, unless they are left out") {
  Fixture f;
  f.facts.class_names[2] = "wolf";
  CHECK_THAT(f.refusal(), Catch::Contains("classes of data 'd' are not in tree 't': 'wolf' (each class is a leaf"));
  f.labels.classes = {"rock", "owl"};
  CHECK(f.refusal().empty());
  f.labels.classes = {};
  f.facts.class_names[2] = "mammal";
  CHECK_THAT(f.refusal(), Catch::Contains("are no leaves of tree 't': 'mammal' (others lie below them)"));
  f.facts.class_names[2] = "nothing";
  f.facts.class_counts[2] = 0;  // such a class is passed over
  CHECK_THAT(f.refusal(), Catch::Contains("1 leaves of tree 't' are no classes of data 'd': 'dog'"));
  f.labels.without = {"dog"};
  CHECK(f.groups().names.size() == 5);
}

TEST_CASE("label groups: a level's tree cuts into the classes of the level, in their order") {
  Fixture f;
  f.facts.levels["coarse"] = {{2, 0, 1, 1, 0, 0}, {"0", "1", "2"}};
  f.tree = task::ClassTree(task::tree_of_level(f.facts.class_names, "coarse", f.facts.levels["coarse"]));
  f.labels.cut = Cut::clamp;
  f.labels.amount = 1;

  CHECK(f.groups().names == Names{"coarse 0", "coarse 1", "coarse 2"});
  CHECK(f.groups().classes == Classes{{1, 4, 5}, {2, 3}, {0}});
}

}  // namespace espalier::plan
