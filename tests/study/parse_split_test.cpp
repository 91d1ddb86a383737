// [split] with folds or by images: what is read, and what does not go together; samples of targets.
#include <catch2/catch.hpp>

#include "study/cells.hpp"
#include "study/study_texts.hpp"

using namespace espalier;
using namespace espalier::study;
using testing::check_one_message;
using testing::kSmallStudy;
using testing::parsed;

namespace {

/// The small study with folds in place of validation images.
std::string folded(const std::string& split = "[split]\nfolds = 5\n") {
  std::string text = kSmallStudy;
  text.replace(text.find("valid = { per_class = 3 }\n"), 26, split);
  return text;
}

}  // namespace

TEST_CASE("split: folds need no kind, and make every run anew for each") {
  const Study study = parsed(folded());

  CHECK(study.split.folds == 5);
  CHECK((study.split.kind == Split::Kind::none));
  CHECK(cell_count(study, study.experiments[0]) == 2 * 5);
  CHECK(parsed(folded("[split]\nkind = \"none\"\nfolds = 2\n")).split.folds == 2);
  CHECK(parsed(kSmallStudy).split.folds == 0);
}

TEST_CASE("split: fold is an axis that may name some of them") {
  std::string text = folded();
  text.replace(text.find("[0, 6]"), 6, "[0, 6], fold = 3");
  CHECK(parsed(text).experiments[0].axes[1].values == std::vector<Value>{1, 2, 3});
  check_one_message(text, {"fold = 3", "fold = [6]", "there is no fold 6 ([split] has 5)", "axes ="});
  check_one_message(text, {"[split]\nfolds = 5\n", "valid = { per_class = 3 }\n",
                           "there are no folds (split.folds is not set). Add folds = 5 to [split]", "axes ="});
}

TEST_CASE("split: folds are at least two, and the only validation images of a target") {
  check_one_message(folded(), {"folds = 5", "folds = 1", "1 is out of range", "folds ="});
  check_one_message(folded(),
                    {"test = { per_class = 5 }\n", "test = { per_class = 5 }\nvalid = { per_class = 3 }\n",
                     "both split.folds and valid (target 't' would have two sets of validation images", "[data.d]"});
}

TEST_CASE("split: a source that shares no data with a target keeps validation images of its own") {
  std::string text = folded();
  text.replace(text.find("[source.s]\ndata = \"d\""), 21,
               "[data.e]\nformat = \"made\"\nvalid = { per_class = 3 }\n[source.s]\ndata = \"e\"");
  parsed(text);
}

TEST_CASE("split: selections average over folds unless they choose for each, and may choose by validation images") {
  const auto taking = [](const std::string& take) {
    return parsed(folded() +
                  "[[experiment]]\nname = \"b\"\ntake = { values = [\"transferred\"], from = [\"a\"], best = "
                  "\"valid.top1\"" +
                  take + " }\n")
        .experiments[1]
        .takes[0]
        .mean_over;
  };
  CHECK(taking("") == std::vector<std::string>{"split", "fold"});
  CHECK(taking(", per = [\"fold\"]") == std::vector<std::string>{"split"});
  CHECK(taking(", mean_over = [\"split\"]") == std::vector<std::string>{"split"});
}

namespace {

/// The small study with its images divided into two parts.
std::string by_images(
    const std::string& split = "kind = \"images\"\ncount = 3\nparts = { source = 0.5, target = 0.4 }\n",
    const std::string& sample = "") {
  std::string text = kSmallStudy;
  text.replace(text.find("[target.t]\ndata = \"d\""), 21,
               "[target.t]\ndata = \"d\"\nimages = \"split.target\"\n" + sample);
  text.replace(text.find("[source.s]\ndata = \"d\""), 21, "[source.s]\ndata = \"d\"\nimages = \"split.source\"");
  return text + "[split]\n" + split;
}

}  // namespace

TEST_CASE("split: images may be divided into named parts, which sources and targets use") {
  const Study study = parsed(by_images());

  CHECK((study.split.kind == Split::Kind::images));
  CHECK((study.split.parts == std::vector<Split::NamedShare>{{"source", 0.5}, {"target", 0.4}}));
  CHECK(study.sources[0].part == "source");
  CHECK(study.targets[0].part == "target");
  CHECK(cell_count(study, study.experiments[0]) == 2 * 3);
}

TEST_CASE("split: each mistake about parts is one message") {
  const std::string good = by_images();
  check_one_message(good, {"target = 0.4", "target = 0.6", "the parts sum to 1.1", "parts ="});
  check_one_message(good, {"target = 0.4", "target = 0", "0 is out of range", "parts ="});
  check_one_message(
      good, {"parts = {", "source = 3\nparts = {", "'source' does not belong to kind = \"images\"", "source = 3"});
  check_one_message(good, {"\"split.target\"", "\"split.tarfet\"", "unknown part 'tarfet'", "[target.t]"});
  check_one_message(good, {"\"split.target\"", "\"target\"", "'target' names no part of [split]", "images = \"target"});
  check_one_message(good, {"images = \"split.target\"", "classes = \"split.target\"",
                           "'split.target' needs a split of the classes ([split] divides images)", "[target.t]"});
  std::string without = kSmallStudy;
  check_one_message(without, {"[target.t]\ndata = \"d\"", "[target.t]\ndata = \"d\"\nimages = \"split.a\"",
                              "'split.a' needs a split by images", "[target.t]"});
  check_one_message(without, {"[source.s]", "[split]\nkind = \"images\"\nparts = { a = 1 }\n[source.s]",
                              "no source and no target uses the split", "[split]"});
  check_one_message(good, {"parts = { source = 0.5, target = 0.4 }\n", "", "'parts' is missing", "[split]"});
}

TEST_CASE("split: how often a size is drawn may depend on it") {
  std::string text = kSmallStudy;
  text.replace(text.find("axes = { transferred = [0, 6] }"), 31,
               "axes = { per_class = [3, 30], replicate = { by = \"per_class\", 3 = 20, 30 = 1 } }");
  const Study study = parsed(text);
  CHECK(study.experiments[0].axes[1].per.at("3").size() == 20);
  CHECK(cell_count(study, study.experiments[0]) >= 21);
}

TEST_CASE("target: redraw is short for a sample of each class that every replicate draws") {
  const std::string images = "kind = \"images\"\nparts = { source = 0.5, target = 0.5 }\n";
  const auto target = parsed(by_images(images, "redraw = \"images\"")).targets[0];
  REQUIRE(target.sample);
  CHECK(target.sample->random);
  CHECK(target.sample->stratified);
  CHECK(target.sample->redraw == "replicate");
  CHECK_FALSE(parsed(by_images(images, "redraw = \"none\"")).targets[0].sample);
}

TEST_CASE("target: a sample is the first of each class, or random within or over all classes") {
  const std::string images = "kind = \"images\"\nparts = { source = 0.5, target = 0.4 }\n";
  const auto sample = [&](const std::string& table) {
    return parsed(by_images(images, "sample = " + table)).targets[0].sample;
  };
  CHECK_FALSE(parsed(by_images()).targets[0].sample);
  CHECK_FALSE(sample("{ rule = \"first\" }")->random);
  CHECK(sample("{ rule = \"random\" }")->stratified);
  const auto redrawn = sample("{ rule = \"random\", stratified = false, redraw = \"replicate\" }");
  CHECK(redrawn->random);
  CHECK_FALSE(redrawn->stratified);
  CHECK(redrawn->redraw == "replicate");

  const std::string good = by_images(images, "sample = { rule = \"random\", stratified = false }");
  check_one_message(good, {"\"random\"", "\"first\"", "the first images over all classes are no sample", "sample ="});
  check_one_message(good, {"rule = \"random\", stratified = false", "redraw = \"replicate\"",
                           "the rule \"first\" draws nothing", "sample ="});
  check_one_message(good, {"stratified = false", "stratify = false", "unknown key 'stratify'", "sample ="});
}

TEST_CASE("target: a random sample does not go together with folds") {
  std::string text = folded();
  text.replace(text.find("[target.t]\ndata = \"d\""), 21, "[target.t]\ndata = \"d\"\nsample = { rule = \"random\" }");
  check_one_message(text,
                    {"split]\nfolds = 5", "split]\nfolds = 4", "both split.folds and a random sample", "sample ="});
}

TEST_CASE("split: a minimal one names a tree, and a node or a depth and sizes") {
  const std::string drawn = [] {
    std::string text = kSmallStudy + "[tree.w]\nfile = \"tree.tsv\"\n[split]\nkind = \"minimal\"\ntree = \"w\"\n" +
                       "depth = 2\ncount = 3\nsource = 4\ntarget = 5\n";
    text.replace(text.find("[target.t]\ndata = \"d\"\n"), 22, "[target.t]\ndata = \"d\"\nclasses = \"split.target\"\n");
    return text;
  }();
  std::string below = drawn;
  below.replace(below.find("depth = 2"), std::string::npos, "below = \"n1\"\n");
  const Study study = parsed(drawn);
  CHECK((study.split.kind == Split::Kind::minimal));
  CHECK(study.split.tree == "w");
  CHECK(study.split.depth == 2);
  CHECK(study.split.count == 3);
  CHECK(study.split.target == 5);
  CHECK(parsed(below).split.below == "n1");
  CHECK(parsed(below).split.count == 1);
  CHECK(parsed(below).split.depth == 0);
  check_one_message(drawn, {"depth = 2\n", "", "'depth' is missing", "[split]"});
  check_one_message(drawn, {"tree = \"w\"", "tree = \"v\"", "unknown tree 'v'", "[split]"});
  check_one_message(below, {"below = \"n1\"\n", "below = \"n1\"\ncount = 2\n", "'count' beside below", "count ="});
  std::string random = drawn;
  random.replace(random.find("minimal"), 7, "random");
  std::string found;
  for (const auto& one : parse(random).diagnostics) found += format(one, "s") + "\n";
  CHECK_THAT(found, Catch::Contains("split.tree: 'tree' does not belong to kind = \"random\""));
  CHECK_THAT(found, Catch::Contains("split.depth: 'depth' does not belong to kind = \"random\""));
}

TEST_CASE("split: the classes of a label set are divided, which the halves may not decide") {
  std::string text = kSmallStudy +
                     "[labels.kept]\nclasses = [0, 1, 2, 3, 4]\n[labels.apart]\n"
                     "[target.u]\ndata = \"d\"\nlabels = \"kept\"\n";
  text.replace(text.find("[source.s]\ndata = \"d\"\n"), 22, "[source.s]\ndata = \"d\"\nclasses = \"split.source\"\n");
  text.insert(text.find("[source.s]"),
              "[split]\nkind = \"random\"\nsource = 2\ntarget = 2\nclasses = \"labels.kept\"\n");
  text.replace(text.find("[target.t]\ndata = \"d\"\n"), 22, "[target.t]\ndata = \"d\"\nlabels = \"apart\"\n");

  CHECK(parsed(text).split.classes == "labels.kept");
  check_one_message(text,
                    {"classes = \"labels.kept\"", "classes = \"labels.keep\"", "unknown label set 'keep'", "[split]"});
  check_one_message(text,
                    {"classes = \"labels.kept\"", "classes = \"kept\"", "'kept' says no classes", "classes = \"kept"});
  text.replace(text.find("classes = [0, 1, 2, 3, 4]"), 25, "without_classes_of = \"source.s\"");
  const auto found = parse(text).diagnostics;
  REQUIRE(found.size() == 1);
  CHECK_THAT(format(found[0], "s"), Catch::Contains("'kept' needs the halves that it is to be divided into"));
}
