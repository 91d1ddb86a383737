// What figures and tables may ask for.
#include <catch2/catch.hpp>

#include "espalier/study/study_bytes.hpp"
#include "study/study_texts.hpp"

using namespace espalier;
using namespace espalier::study;
using testing::BadChange;
using testing::check_one_message;
using testing::kSmallStudy;

namespace {

const std::string kUnits = kSmallStudy + R"toml([target.u]
data = "d"
[[experiment]]
name = "b"
axes = { units = ["T(1-6)R(7)", "F(1-6)R(7)", "F(1-5)R(6-7)"], per_class = { by = "target", t = [1, 2], u = [3] } }
)toml";
const std::string kRatio = kUnits + R"toml([[figure]]
kind = "ratio"
experiment = "b"
over = "units=T(1-6)R(7),per_class=1|3"
under = "units=F(1-6)R(7),per_class=1|3"
x = "per_class"
)toml";
const std::string kTable = kUnits + R"toml([[table]]
kind = "ratio"
experiment = "b"
over = "units=T(1-6)R(7)"
under = "units=F(1-6)R(7)"
by = ["target"]
[[table]]
kind = "raw"
experiment = "b"
)toml";

const std::string kCoarse = kSmallStudy + R"toml([data.e]
format = "made"
valid = { per_class = 5 }
[data.f]
format = "made"
test = { per_class = 5 }
[target.e]
data = "e"
[target.f]
data = "f"
[target.two]
data = "d"
classes = "labels.two"
[labels.two]
data = "d"
cut = { kind = "listed", groups = { low = [0, 1], high = [2, 3] } }
[[experiment]]
name = "fine"
fixed = { target = "t" }
[[experiment]]
name = "untested"
fixed = { target = "e" }
[[experiment]]
name = "others"
fixed = { target = "f" }
[[experiment]]
name = "far"
kind = "distance"
fixed = { target = "two" }
[[figure]]
kind = "coarse-fine"
experiment = "fine"
coarse = "two"
[[table]]
kind = "coarse-fine"
experiment = "fine"
coarse = "two"
)toml";

}  // namespace

TEST_CASE("outputs: an experiment that is measured on nothing held out is refused, unless others go on from it") {
  const std::string data = R"toml([study]
name = "s"
[data.d]
format = "made"
HELD
[target.t]
data = "d"
[network]
name = "mnist4"
[[experiment]]
name = "first"
axes = { per_class = [2, 4] }
fixed = { transferred = 0 }
)toml";
  const auto with = [&](const std::string& held) {
    std::string text = data;
    return text.replace(text.find("HELD"), 4, held);
  };
  const auto refused = parse(with(""));
  REQUIRE(refused.diagnostics.size() == 1);
  CHECK(refused.diagnostics[0].key == "experiment.first");
  CHECK(refused.diagnostics[0].severity == Diagnostic::Severity::error);
  CHECK(parse(with("test = { per_class = 2 }")).diagnostics.empty());
  CHECK(parse(with("valid = { per_class = 2 }")).diagnostics.empty());

  const auto shown = R"toml([[figure]]
experiment = "first"
x = "per_class"
y = "train.top1"
)toml";
  CHECK(parse(with("") + shown).diagnostics.empty());
  CHECK(parse(with("") + "[[table]]\nkind = \"cost\"\nexperiments = [\"first\"]\n").diagnostics.empty());
  CHECK(parse(with("") + "[train]\nkeep = \"last\"\n").diagnostics.empty());
  const auto next = R"toml([[experiment]]
name = "next"
axes = { per_class = [2, 4] }
start = { experiment = "first", same = ["per_class"] }
)toml";
  const auto both = parse(with("") + next);
  REQUIRE(both.diagnostics.size() == 1);
  CHECK(both.diagnostics[0].key == "experiment.next");
}

TEST_CASE("outputs: tables and figures of coarse classes are read, and their label set is used") {
  const auto read = parse(kCoarse);

  for (const auto& diagnostic : read.diagnostics) UNSCOPED_INFO(format(diagnostic, "study.toml"));
  CHECK(read.diagnostics.empty());
  CHECK(read.study.figures.at(0).coarse == "two");
  CHECK(read.study.figures.at(0).x.empty());
  CHECK(read.study.tables.at(0).kind == TableKind::coarse_fine);
  CHECK(read.study.tables.at(0).coarse == "two");
  CHECK(from_bytes(to_bytes(read.study)) == read.study);
}

TEST_CASE("outputs: what a table or figure of coarse classes may not ask for brings one message, at its line") {
  const std::string table = "[[table]]\nkind = \"coarse", experiment = "kind = \"coarse-fine\"\nexperiment = \"";
  const std::vector<BadChange> all = {
      {"coarse = \"two\"\n", "", "'coarse' is missing", table},
      {"coarse = \"two\"\n", "coarse = \"tow\"\n", "Did you mean 'two'?", table},
      {"coarse = \"two\"\n", "coarse = \"two\"\ny = \"valid.top1\"\n", "'y' does not belong", "y ="},
      {"kind = \"coarse-fine\"", "kind = \"raw\"", "'coarse' does not belong to kind = \"raw\"", "coarse ="},
      {experiment + "fine", experiment + "far", "'far' tells no classes apart (it is of kind \"distance\"", table},
      {experiment + "fine", experiment + "untested",
       "experiment 'untested' has no predictions (data.e has no test images)", table},
      {experiment + "fine", experiment + "others", "'two' are labels of data 'd' (target 'f' of experiment 'others'",
       table},
  };
  for (auto bad : all) {
    INFO(bad.now);
    check_one_message(kCoarse, bad);
  }
  const auto figure = kCoarse.substr(0, kCoarse.rfind("[[table]]"));
  const std::vector<BadChange> of_figures = {
      {"coarse = \"two\"\n", "", "'coarse' is missing", "[[figure]]"},
      {"coarse = \"two\"\n", "coarse = \"two\"\nx = \"split\"\n", "'x' does not belong", "x ="},
      {"kind = \"coarse-fine\"", "x = \"split\"", "'coarse' does not belong to kind = \"mean\"", "coarse ="},
      {experiment + "fine", experiment + "far", "'far' tells no classes apart", "[[figure]]"},
  };
  for (auto bad : of_figures) {
    INFO(bad.now);
    check_one_message(figure, bad);
  }
}

TEST_CASE("outputs: figures and tables of ratios are read, with their conditions") {
  const auto figure = parse(kRatio);
  const auto table = parse(kTable);

  CHECK(figure.diagnostics.empty());
  REQUIRE(figure.study.figures.size() == 1);
  CHECK(figure.study.figures[0].ratio->over ==
        std::vector<AxisCondition>{{"units", {"T(1-6)R(7)"}}, {"per_class", {"1", "3"}}});
  CHECK(table.diagnostics.empty());
  REQUIRE(table.study.tables.size() == 2);
  CHECK(table.study.tables[0].kind == TableKind::ratio);
  CHECK(text_of(table.study.tables[0].ratio.under) == "units=F(1-6)R(7)");
  CHECK(table.study.tables[1].kind == TableKind::raw);
  CHECK(table.study.tables[1].y == "test.top1");
  CHECK(from_bytes(to_bytes(table.study)) == table.study);
  CHECK(from_bytes(to_bytes(figure.study)) == figure.study);
}

TEST_CASE("outputs: what a figure of ratios may not ask for brings one message, at its line") {
  const std::vector<BadChange> all = {
      {"kind = \"ratio\"", "kind = \"ration\"", "Did you mean 'ratio'?", "kind = \"ration"},
      {"over = \"units=T(1-6)R(7),per_class=1|3\"\n", "", "'over' is missing", "[[figure]]"},
      {"over = \"units=", "over = \"", "'T(1-6)R(7)' is not a condition", "over ="},
      {"experiment = \"b\"", "experiment = \"c\"", "unknown experiment 'c'", "[[figure]]"},
      {"over = \"units=T(1-6)R(7)", "over = \"unit=T(1-6)R(7)", "Did you mean 'units'?", "[[figure]]"},
      {"over = \"units=T(1-6)R(7)", "over = \"frozen=3,units=T(1-6)R(7)", "experiment 'b' does not vary 'frozen'",
       "[[figure]]"},
      {"over = \"units=T(1-6)R(7)", "over = \"units=T(1-5)R(6-7)", "unknown units 'T(1-5)R(6-7)'", "[[figure]]"},
      {"over = \"units=T(1-6)R(7)", "over = \"target=v,units=T(1-6)R(7)", "unknown target 'v'", "[[figure]]"},
      {"over = \"units=T(1-6)R(7),per_class=1|3", "over = \"units=T(1-6)R(7)",
       "'per_class' has several values on one side", "[[figure]]"},
      {"x = \"per_class\"", "x = \"per_class\"\nmethod = \"mmd\"", "without x = \"distance\"", "method ="},
      {"x = \"per_class\"", "x = \"distance\"", "'distances' is missing", "[[figure]]"},
      {"x = \"per_class\"", "x = \"distance\"\ndistances = \"b\"",
       "'b' measures no distances (it is of kind \"train\")", "[[figure]]"},
  };
  for (auto bad : all) {
    INFO(bad.now);
    check_one_message(kRatio, bad);
  }
  check_one_message(kUnits + "[[figure]]\nexperiment = \"b\"\nx = \"units\"\nover = \"target=t\"\n",
                    {"target=t", "target=t", "'over' does not belong to kind = \"mean\"", "over ="});
  check_one_message(
      kRatio + "[[table]]\nkind = \"raw\"\nexperiment = \"b\"\n",
      {"under = \"units=F(1-6)", "under = \"units=T(1-6)", "over and under are one condition", "[[figure]]"});
}

TEST_CASE("outputs: what a table may not ask for brings one message, at its line") {
  const std::vector<BadChange> all = {
      {"kind = \"raw\"", "kind = \"row\"", "Did you mean 'raw'?", "kind = \"row"},
      {"kind = \"raw\"\n", "", "'kind' is missing", "[[table]]\nexperiment"},
      {"kind = \"raw\"\nexperiment = \"b\"", "kind = \"raw\"\nexperiment = \"c\"", "unknown experiment 'c'",
       "[[table]]\nkind = \"raw"},
      {"kind = \"raw\"", "kind = \"raw\"\nover = \"units=x\"", "'over' does not belong to kind = \"raw\"",
       "over = \"units=x"},
      {"kind = \"raw\"", "kind = \"raw\"\ny = \"test.top9\"", "top9", "[[table]]\nkind = \"raw"},
      {"kind = \"raw\"", "kind = \"distances\"", "'b' measures no distances", "[[table]]\nkind = \"dist"},
      {"by = [\"target\"]", "by = [\"targets\"]", "unknown axis 'targets'", "[[table]]\nkind = \"ratio"},
      {"kind = \"raw\"\nexperiment = \"b\"", "kind = \"wins\"\nexperiments = [\"b\"]", "there is nothing to compare",
       "experiments ="},
      {"kind = \"raw\"\nexperiment = \"b\"", "kind = \"wins\"\nexperiments = [\"b\", \"c\"]", "unknown experiment 'c'",
       "[[table]]\nkind = \"wins"},
      {"kind = \"raw\"\nexperiment = \"b\"", "kind = \"wins\"\nexperiments = [\"b\", \"b\"]", "'b' stands twice",
       "[[table]]\nkind = \"wins"},
      {"kind = \"raw\"\nexperiment = \"b\"", "kind = \"rank\"\nexperiments = [\"b\"]", "a rank table is of one axis",
       "[[table]]\nkind = \"rank"},
      {"kind = \"raw\"\nexperiment = \"b\"", "kind = \"wins\"", "'experiments' is missing", "[[table]]\nkind = \"wins"},
      {"kind = \"raw\"", "kind = \"wins\"\nexperiments = [\"a\", \"b\"]", "'experiment' does not belong",
       "experiment = \"b\""},
      {"kind = \"ratio\"", "kind = \"ratio\"\nthresholds = [0.1, 0.2]", "'thresholds' does not belong", "thresholds ="},
  };
  for (auto bad : all) {
    INFO(bad.now);
    check_one_message(kTable, bad);
  }
}
