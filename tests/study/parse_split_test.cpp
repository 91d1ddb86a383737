// [split] with folds: what is read, and what does not go together with them.
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
