// Which coarse class each output of a network lies in, and what tables of coarse classes may not ask for.
#include "espalier/plan/coarse_classes.hpp"

#include "espalier/task/class_tree.hpp"
#include "support/planning.hpp"

namespace espalier::plan {
namespace {

using Cut = study::LabelSet::Cut;
using Indices = std::vector<std::int32_t>;
using Names = std::vector<std::string>;

const char* const kTree =
    "bird\tanimal\nmammal\tanimal\nanimal\tthing\nrock\tthing\neagle\tbird\nowl\tbird\ndog\tmammal\ncat\tmammal\n";

/// Five classes, all of them a target's; the set "coarse" cuts the tree where animals are birds and mammals.
struct Fixture {
  study::Study study = support::small_study(1);
  Facts facts = support::small_facts(5);

  Fixture() {
    study.split.kind = study::Split::Kind::none;
    study.sources[0].classes = study.targets[0].classes = "all";
    facts.data["letters"].class_names = {"rock", "owl", "dog", "cat", "eagle"};
    study.trees.push_back({"t", {}, "tree.tsv"});
    facts.trees["t"] = task::read_tree(kTree, "tree.tsv");
    study::LabelSet coarse;
    coarse.name = "coarse";
    coarse.tree = "t";
    coarse.cut = Cut::clamp;
    coarse.amount = 2;
    study.labels.push_back(coarse);
    study.experiments = {support::experiment("fine", {support::axis("per_class", {2})})};
    study::TableSpec table;
    table.kind = study::TableKind::coarse_fine;
    table.experiment = "fine";
    table.coarse = "coarse";
    study.tables = {table};
  }
  study::LabelSet& labels() { return study.labels.front(); }
  Coarsening of(const task::LabelMap& map) const { return coarsening_of(study, facts, "coarse", {"other", 1, map}); }
  std::string said() const { return support::complaints(study, facts); }
};

}  // namespace

TEST_CASE("coarse classes: outputs lie where the cut of the tree puts their classes") {
  const Fixture f;
  const auto made = f.of(task::one_output_each({4, 0, 2, 3, 1}));

  CHECK(made.names == Names{"rock", "bird", "mammal"});
  CHECK(made.coarse_of == Indices{1, 0, 2, 2, 1});
  CHECK(made.left_out.empty());
  CHECK(f.said().empty());
}

TEST_CASE("coarse classes: an output that joins classes lies where all of them do") {
  const Fixture f;
  CHECK(f.of({{0, 1, 4, 2, 3}, {0, 1, 1, 2, 3}, 4, {}}).coarse_of == Indices{0, 1, 2, 2});
  CHECK_THROWS_WITH(f.of({{0, 1, 2, 3, 4}, {0, 1, 1, 2, 3}, 4, {}}),
                    Catch::Contains("labels 'coarse' divide class 'dog' of target 'other' (some of it is 'bird', some "
                                    "of it 'mammal')"));
}

TEST_CASE("coarse classes: outputs without test images are found by the names that their source gave them") {
  const Fixture f;
  const auto made = f.of({{1, 2, 3}, {3, 0, 1}, 5, {"dog", "cat", "unicorn", "owl", "eagle"}});

  CHECK(made.coarse_of == Indices{2, 2, -1, 1, 1});
  CHECK(made.left_out.empty());  // no test image is one
}

TEST_CASE("coarse classes: classes that the labels leave out are named, and a plan warns of them") {
  Fixture f;
  f.labels().without = {"rock"};

  CHECK(f.of(task::one_output_each({0, 1, 2, 3, 4})).coarse_of == Indices{-1, 0, 1, 1, 0});
  CHECK(f.of(task::one_output_each({0, 1, 2, 3, 4})).left_out == Names{"rock"});
  CHECK_THAT(f.said(), Catch::Contains("warning: table.coarse: labels 'coarse' leave out 1 of the 5 classes of target "
                                       "'other' ('rock'). Their images are in no row"));
}

TEST_CASE("coarse classes: nodes are shown with the names that their tree has") {
  Fixture f;
  task::add_names(f.facts.trees["t"], "bird\tfeathered friend\n", "names.tsv");
  CHECK(f.of(task::one_output_each({0, 1, 2, 3, 4})).names == Names{"rock", "feathered friend (bird)", "mammal"});
}

TEST_CASE("coarse classes: labels that cannot be compared with the classes of a run are errors of its plan") {
  Fixture f;
  f.labels().cut = Cut::leaves;
  CHECK_THAT(f.said(), Catch::Contains("error: table.coarse: labels 'coarse' cannot be compared") &&
                           Catch::Contains("each coarse class has a single one of them"));
  f.labels().cut = Cut::clamp;
  f.labels().amount = 0;
  CHECK_THAT(f.said(), Catch::Contains("they make a single class of them"));
  f.labels().amount = 2;
  f.labels().without = {"animal"};
  CHECK_THAT(f.said(), Catch::Contains("they make a single class of them"));
  f.labels().without = {"animal"};
  f.study.targets[0].classes = "list";
  f.study.targets[0].class_list = {1, 4};
  CHECK_THAT(f.said(), Catch::Contains("they leave all of them out"));
  f.study.targets[0].classes = "all";
  f.labels().without = {"fish"};
  CHECK_THAT(f.said(), Catch::Contains("'fish' is no class of data 'letters', and no node of tree 't'"));
  f.labels().without = {};
  f.study.targets[0].classes = "list";
  f.study.targets[0].class_list = {0, 1};
  CHECK_THAT(f.said(), Catch::Contains("each coarse class has a single one of them"));
  f.study.targets[0].class_list = {0, 1, 4};
  CHECK(f.said().empty());
}

TEST_CASE("coarse classes: halves that depend on sizes cannot be left out") {
  Fixture f;
  f.study.split.kind = study::Split::Kind::random;
  f.study.split.source = 2;
  f.study.split.target = 3;
  f.study.sources[0].classes = "split.source";
  f.labels().without_classes_of = "source.half";
  const auto map = task::one_output_each({0, 1, 2, 3, 4});
  CHECK(f.of(map).left_out.size() == 2);

  f.study.data["letters"].short_classes = study::ShortClasses::leave_out;
  CHECK_THROWS_WITH(f.of(map), Catch::Contains("leave out the classes of source.half, a half of a split"));
}

}  // namespace espalier::plan
