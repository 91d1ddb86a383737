// Label sets and class trees against the rest of the study: names, circles, data of another name.
#include <catch2/catch.hpp>

#include "study/study_texts.hpp"

using namespace espalier::study;
using testing::check_one_message;
using testing::kSmallStudy;

namespace {

const std::string kStudy = [] {
  std::string text = kSmallStudy + R"toml([data.e]
format = "made"
[tree.w]
file = "tree.tsv"
[labels.a]
tree = "w"
data = "d"
cut = { kind = "clamp", depth = 3 }
without_classes_of = "source.t2"
[source.t2]
data = "e"
classes = "all"
)toml";
  text.replace(text.find("[source.s]\ndata = \"d\"\n"), 22, "[source.s]\ndata = \"d\"\nclasses = \"labels.a\"\n");
  return text;
}();

}  // namespace

TEST_CASE("labels: what a tree, a label set and a role name must be there") {
  CHECK(parse(kStudy).diagnostics.empty());
  check_one_message(kStudy, {"tree = \"w\"", "tree = \"v\"", "unknown tree 'v'", "[labels.a]"});
  check_one_message(kStudy, {"data = \"d\"\ncut", "data = \"x\"\ncut", "unknown data set 'x'", "[labels.a]"});
  check_one_message(kStudy, {"\"labels.a\"", "\"labels.b\"", "unknown label set 'b'", "[source.s]"});
  check_one_message(kStudy, {"file = \"tree.tsv\"", "data = \"c\"", "unknown data set 'c'", "[tree.w]"});
  check_one_message(kStudy, {"source.t2\"", "source.t3\"", "there is no 'source.t3'", "[labels.a]"});
  check_one_message(kStudy, {"source.t2\"", "t2\"", "there is no 't2'", "[labels.a]"});
}

TEST_CASE("labels: clamp and absorb need a tree") {
  std::string text = kStudy;
  text.replace(text.find("[tree.w]\nfile = \"tree.tsv\"\n"), 27, "");
  text.replace(text.find("tree = \"w\"\n"), 11, "");
  const auto found = parse(text).diagnostics;
  REQUIRE(found.size() == 1);
  CHECK_THAT(format(found[0], "s"), Catch::Contains("labels.a.cut: there is no tree to cut"));
}

TEST_CASE("labels: those of one data set are not for another") {
  check_one_message(kStudy, {"data = \"d\"\nclasses", "data = \"e\"\nclasses",
                             "'a' are labels of data 'd' (source 's' has data 'e'", "[source.s]"});
}

TEST_CASE("labels: sets that leave out each other's classes are a circle") {
  std::string text = kStudy;
  text.replace(text.find("data = \"e\"\nclasses = \"all\""), 26, "data = \"d\"\nclasses = \"labels.b\"");
  text += "[labels.b]\nwithout_classes_of = \"source.s\"\n";
  const auto result = parse(text);
  std::string all;
  for (const auto& one : result.diagnostics) all += format(one, "s") + "\n";
  CHECK_THAT(all, Catch::Contains("label sets need each other in a circle ('a' leaves out the classes of source.t2, "
                                  "which are 'b' leaves out the classes of source.s, which are 'a')"));
}

TEST_CASE("labels: trees and label sets that nothing uses are warned of") {
  const auto found = parse(kStudy + "[tree.z]\nfile = \"z\"\n[labels.y]\nclasses = [1, 2]\n").diagnostics;
  REQUIRE(found.size() == 2);
  CHECK((found[0].severity == Diagnostic::Severity::warning));
  CHECK_THAT(format(found[0], "s"), Catch::Contains("no labels and no split use the tree"));
  CHECK_THAT(format(found[1], "s"), Catch::Contains("no source and no target uses the labels"));
}
