// Named settings of augmentation: where they may stand, and what is wrong with them.
#include <catch2/catch.hpp>

#include "espalier/study/train_values.hpp"
#include "study/study_texts.hpp"

using namespace espalier;
using namespace espalier::study;
using testing::check_one_message;
using testing::kSmallStudy;
using testing::parsed;

namespace {

const std::string kNamed = kSmallStudy + R"toml(
[augment.light]
flip = true
shifted_crop = 4
[train]
augment = "light"
[[experiment]]
name = "b"
axes = { train.augment = ["none", "light"], source = { augment = ["light"] } }
)toml";

}  // namespace

TEST_CASE("train: a name stands for its table in [train], in a target's train and on an axis") {
  const Study study = parsed(kNamed);

  CHECK(study.augments.at("light").shifted_crop == 4);
  CHECK(study.train.augment == study.augments.at("light"));
  CHECK(study.experiments[1].axes[0].name == "train.augment");
  CHECK(study.experiments[1].axes[0].values == std::vector<Value>{"none", "light"});
  CHECK(study.experiments[1].axes[1].name == "source.augment");
  std::string of_target = kNamed;
  of_target.replace(of_target.find("[target.t]\ndata = \"d\""), 21,
                    "[target.t]\ndata = \"d\"\ntrain = { augment = \"none\" }");
  CHECK(parsed(of_target).targets[0].train.augment == task::AugmentSpec{});
}

TEST_CASE("train: what is wrong with a named augmentation brings one message") {
  check_one_message(kNamed,
                    {"augment = \"light\"", "augment = \"lihgt\"", "Did you mean 'light'?", "augment = \"lihgt\""});
  check_one_message(kNamed,
                    {"[\"none\", \"light\"]", "[\"none\", \"lite\"]", "unknown train.augment 'lite'", "axes ="});
  check_one_message(kNamed, {"[\"none\", \"light\"]", "[true]", "expected a word in quotes", "axes ="});
  check_one_message(kNamed, {"flip = true", "flop = true", "Did you mean 'flip'?", "flop ="});
  check_one_message(kNamed, {"shifted_crop = 4", "shifted_crop = 4\nrandom_resized = 8",
                             "augment.light: both shifted_crop and random_resized", "[augment.light]"});
  check_one_message(kNamed, {"[train]", "[augment.none]\nflip = true\n[train]",
                             "'none' is the setting that changes nothing", "[augment.none]"});
  check_one_message(kSmallStudy + "[augment]\n",
                    {"[augment]\n", "[augment]\nflip = true\n", "Write [augment.NAME]", "flip ="});
}

namespace {

const std::string kStopping = kSmallStudy + R"toml([train]
stop = { metric = "valid.loss", every = "20 steps", patience = 3, min_delta = 0.01, restore = "last" }
[[experiment]]
name = "b"
axes = { train.stop.patience = [1, 2] }
fixed = { train.stop.every = 5 }
)toml";

}  // namespace

TEST_CASE("train: a rule to stop, its keys on axes, and how it is switched off") {
  const Study study = parsed(kStopping);

  REQUIRE(study.train.stop);
  CHECK(study.train.stop->on);
  CHECK(study.train.stop->metric == "valid.loss");
  CHECK(study.train.stop->every == Duration{Duration::Unit::steps, 20});
  CHECK(study.train.stop->patience == 3);
  CHECK(study.train.stop->min_delta == 0.01);
  CHECK(study.train.stop->restore == "last");
  CHECK(study.experiments[1].axes[0].name == "train.stop.patience");
  TrainValues off;
  CHECK_FALSE(set_train_value(off, "stop", "none"));
  CHECK_FALSE(merged(study.train, off).stop->on);
  CHECK(merged(study.train, {}).stop->on);
}

TEST_CASE("train: networks are kept by words; a choice needs images or a selection to be made by") {
  for (const char* keep : {"none", "best", "last"}) {
    std::string text = kStopping;
    text.replace(text.find("stop = {"), 0, "keep = \"" + std::string(keep) + "\"\n");
    CHECK(parsed(text).train.keep == keep);
  }
  const std::string stopless = kSmallStudy + "[train]\nkeep = \"best\"\n";
  check_one_message(stopless, {"\"best\"", "\"bset\"", "Did you mean 'best'?", "keep = "});
  check_one_message(stopless, {"valid = { per_class = 3 }\n", "", "chooses networks by validation", "[target.t]"});
  check_one_message(stopless, {"\"best\"", "\"selected\"", "keeps what a selection chooses", "[target.t]"});
}

TEST_CASE("train: what is wrong with a rule to stop brings one message") {
  check_one_message(kStopping, {"patience = 3", "patience = 0", "patience", "stop = {"});
  check_one_message(kStopping, {", patience = 3", "", "stop has no patience", "stop = {"});
  check_one_message(kStopping, {"valid.loss", "train.loss", "cannot end a training", "stop = {"});
  check_one_message(kStopping, {"valid.loss", "valid.distance", "cannot end a training", "stop = {"});
  check_one_message(kStopping, {"20 steps", "0 steps", "every", "stop = {"});
  check_one_message(kStopping, {"restore = \"last\"", "restore = \"lats\"", "Did you mean 'last'?", "stop = {"});
  check_one_message(kStopping, {"min_delta = 0.01", "min_dleta = 0.01", "Did you mean 'min_delta'?", "stop = {"});
  check_one_message(kStopping, {"valid = { per_class = 3 }\n", "", "holds out no valid images", "stop = {"});
  const std::string second =
      "[data.e]\nformat = \"made\"\ntest = { per_class = 5 }\nvalid = { per_class = 3 }\n"
      "[target.u]\ndata = \"e\"\n";
  check_one_message(second + kStopping,
                    {"valid.loss", "test.loss", "trainings of target 'u', target 't' stop by test images", "stop = {"});
}
