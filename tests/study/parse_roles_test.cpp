// [source.NAME] and [target.NAME]: budgets, labels, redraw, and what does not go together; their axes.
#include <catch2/catch.hpp>

#include "study/cells.hpp"
#include "study/study_texts.hpp"

using namespace espalier::study;
using testing::check_one_message;
using testing::kSmallStudy;
using testing::parsed;

namespace {

const std::string kBudgets = [] {
  std::string text = kSmallStudy + R"toml([labels.few]
classes = [0, 1, 2]
[labels.more]
classes = [0, 1, 2, 3]
)toml";
  text.replace(text.find("[source.s]\ndata = \"d\"\n"), 22, R"toml([source.s]
data = "d"
labels = "few"
per_class = 7
class_count = 3
images = 21
redraw = "replicate"
)toml");
  text.replace(text.find("[target.t]\ndata = \"d\"\n"), 22, "[target.t]\ndata = \"d\"\nlabels = \"more\"\n");
  return text;
}();

/// With these axes in place of the small study's.
std::string with_axes(const std::string& axes) {
  std::string text = kBudgets;
  return text.replace(text.find("transferred = [0, 6]"), 20, axes);
}

}  // namespace

TEST_CASE("roles: a source's budget, its labels and whether it is redrawn are read") {
  const auto study = parsed(kBudgets + "");
  const auto& source = study.sources[0];

  CHECK(source.labels == "few");
  CHECK(source.per_class == 7);
  CHECK(source.class_count == 3);
  CHECK(source.images == 21);
  CHECK(source.redraw == "replicate");
  CHECK(study.targets[0].labels == "more");
  const auto plain = parsed(kSmallStudy).sources[0];
  CHECK(!plain.per_class);
  CHECK(!plain.images);
  CHECK(plain.redraw.empty());
}

TEST_CASE("roles: numbers of a budget are from 1 on; labels stand beside no other label set") {
  check_one_message(kBudgets, {"per_class = 7", "per_class = 0", "0 is out of range", "per_class ="});
  check_one_message(kBudgets, {"images = 21", "images = 0", "0 is out of range", "images ="});
  check_one_message(kBudgets, {"images = 21", "images = \"21\"", "'21' names no part of [split]", "images ="});
  check_one_message(kBudgets, {"redraw = \"replicate\"", "redraw = \"split\"", "unknown", "redraw ="});
  check_one_message(kBudgets, {"labels = \"few\"\nper_class", "labels = \"none\"\nper_class",
                               "unknown label set 'none'", "[source.s]"});
  check_one_message(kBudgets, {"labels = \"few\"\nper_class", "labels = \"few\"\nclasses = \"labels.few\"\nper_class",
                               "both labels and classes = \"labels.few\"", "labels = \"few\""});
}

TEST_CASE("roles: a checkpoint has no budget and is not redrawn") {
  for (const std::string key : {"per_class = 7", "class_count = 3", "redraw = \"replicate\""}) {
    std::string text = kSmallStudy;
    text.replace(text.find("[source.s]\ndata = \"d\"\n"), 22,
                 "[source.s]\ndata = \"d\"\ncheckpoint = \"net.safetensors\"\n");
    check_one_message(text,
                      {"checkpoint =", key + "\ncheckpoint =", "a checkpoint is trained already", "checkpoint ="});
  }
}

TEST_CASE("roles: budgets and labels are axes, dotted or nested, of all kinds of experiments") {
  const auto study = parsed(with_axes("source.per_class = [1, 5, \"all\"], source.labels = [\"few\", \"more\"]"));
  CHECK(cell_count(study, study.experiments[0]) == 6);
  const auto nested = parsed(with_axes("source = { images = [3, 6] }, target = { labels = [\"few\", \"more\"] }"));
  CHECK(nested.experiments[0].axes[0].name == "source.images");
  CHECK(nested.experiments[0].axes[1].name == "target.labels");
  check_one_message(with_axes("source.class_count = [3]"), {"[3]", "[0]", "0 is out of range", "axes ="});
  check_one_message(with_axes("source.labels = [\"few\", \"more\"]"),
                    {"\"few\", ", "\"fews\", ", "unknown label set 'fews'", "axes ="});
  check_one_message(with_axes("source.labels = [\"few\", \"more\"]"),
                    {"source.labels", "source.label", "unknown axis 'source.label'", "axes ="});
}

TEST_CASE("roles: a source may have no epoch") {
  std::string text = kSmallStudy;
  text.replace(text.find("[source.s]\ndata = \"d\"\n"), 22, "[source.s]\ndata = \"d\"\ntrain = { epochs = 0 }\n");
  CHECK(parsed(text).sources[0].train.epochs == Duration{Duration::Unit::epochs, 0});
  check_one_message(text, {"epochs = 0", "epochs = -1", "-1", "train ="});
}
