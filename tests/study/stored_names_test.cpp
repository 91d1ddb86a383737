// The key `train_eval` and its earlier name `fit`: the same study, with the same names in ids and tables.
#include "study/parse/stored_names.hpp"

#include "espalier/study/train_values.hpp"
#include "study/study_texts.hpp"

using namespace espalier;
using namespace espalier::study;

namespace {

/// Every place of a study that may name the key or the axis.
std::string study_with(const std::string& key) {
  std::string text = testing::kSmallStudy + testing::kTwoSteps + R"toml([train]
KEY = true
[[experiment]]
name = "third"
start = { experiment = "fourth", same = ["train.KEY"] }
zip = ["train.KEY", "frozen"]
exclude = [{ name = "rule", when = "train.KEY and frozen > 1" }]
[experiment.axes]
frozen = [0, 1]
train.KEY = [true, false]
[[experiment]]
name = "fourth"
case.one.train.KEY = true
axes.case = ["one"]
fixed.source.KEY = false
[[experiment.take]]
values = ["transferred"]
from = ["third"]
best = "KEY.loss"
mean_over = ["split", "train.KEY"]
per = ["train.KEY"]
[[figure]]
experiment = "third"
x = "frozen"
series = "train.KEY"
)toml";
  for (std::size_t at = 0; (at = text.find("KEY")) != std::string::npos;) text.replace(at, 3, key);
  return text;
}

/// Without what holds the words of the text.
Study comparable(const std::string& text) {
  Study study = parse(text).study;
  study.text = "";
  for (auto& experiment : study.experiments) {
    experiment.excludes.clear();
    for (auto& take : experiment.takes) take.best = "";
  }
  return study;
}

}  // namespace

TEST_CASE("stored names: train_eval and fit are one key, and ids and tables know the axis as train.fit") {
  const Study newer = comparable(study_with("train_eval")), earlier = comparable(study_with("fit"));

  CHECK(newer == earlier);
  CHECK(newer.train.train_eval == true);
  const Experiment &third = newer.experiments.at(3), &fourth = newer.experiments.at(4);
  CHECK(third.axes.at(1).name == "train.fit");
  CHECK(third.start.value().same == std::vector<std::string>{"train.fit"});
  CHECK(third.zips == std::vector<std::vector<std::string>>{{"train.fit", "frozen"}});
  CHECK(fourth.cases.at(0).fixed.at(0).first == "train.fit");
  CHECK(fourth.fixed.at(0).first == "source.fit");
  CHECK(fourth.takes.at(0).per == std::vector<std::string>{"train.fit"});
  CHECK(newer.figures.at(0).series == "train.fit");
}

TEST_CASE("stored names: other axes keep theirs") {
  for (const auto& axis : axis_names()) {
    const bool renamed = axis == "train.train_eval" || axis == "source.train_eval";
    CHECK((stored_axis_name(axis) == axis) != renamed);
  }
  CHECK(stored_axis_name("source.train_eval") == "source.fit");
  CHECK(stored_axis_name("train_eval") == "train_eval");
}

TEST_CASE("stored names: a table that says a key by both of its names is refused") {
  const auto found = parse(testing::kSmallStudy + "[train]\nfit = true\ntrain_eval = false\n").diagnostics;

  REQUIRE(found.size() == 1);
  CHECK(found[0].problem.problem == "train_eval and fit are one key");
  CHECK(found[0].key == "train.fit");
}
