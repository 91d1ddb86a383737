// Where a pick may stand, and what it may not say.
#include <catch2/catch.hpp>

#include "study/study_texts.hpp"

using namespace espalier;
using namespace espalier::study;
using testing::BadChange;
using testing::check_one_message;
using testing::kSmallStudy;
using testing::kTwoSteps;

namespace {

const std::string kPick = R"toml([[pick]]
name = "best"
from = ["first", "second"]
best = "valid.top1"
per = ["target", "per_class", "split", "replicate"]
)toml";

}  // namespace

TEST_CASE("pick: experiments may start from it, take from it and pick from it, and figures show it") {
  const std::string more = R"toml([[pick]]
name = "again"
from = ["best", "first"]
best = "valid.top1"
per = ["target", "per_class", "split", "replicate"]
[[experiment]]
name = "from-best"
start = { experiment = "best", same = ["target", "per_class", "split"] }
axes = { per_class = [1, 2], frozen = [1] }
[[figure]]
experiment = "best"
x = "per_class"
)toml";
  CHECK(testing::parsed(kSmallStudy + kTwoSteps + kPick + more).experiments.size() == 6);
}

TEST_CASE("pick: what it may not say brings one message, at its line") {
  const std::string good = kSmallStudy + kTwoSteps + kPick;
  const std::vector<BadChange> all = {
      {"[\"first\", \"second\"]", "[]", "there is nothing to pick from", "from ="},
      {"from = [\"first\", \"second\"]\n", "", "'from' is missing", "[[pick]]"},
      {"[\"first\", \"second\"]", "[\"first\", \"secnd\"]", "Did you mean 'second'?", "[[pick]]"},
      {"[\"first\", \"second\"]", "[\"first\", \"first\"]", "'first' stands twice", "[[pick]]"},
      {"[\"first\", \"second\"]", "[\"first\", \"best\"]", "experiments need each other in a circle", "[[pick]]"},
      {"\"valid.top1\"", "\"valid.top9\"", "valid.top9", "[[pick]]"},
      {"\"valid.top1\"", "\"train_eval.top1\"", "the candidates have no common metric 'train_eval.top1'", "[[pick]]"},
      {"\"replicate\"]", "\"frozn\"]", "Did you mean 'frozen'?", "[[pick]]"},
      {"\"replicate\"]", "\"split\"]", "'split' stands twice", "[[pick]]"},
      {"\"replicate\"]", "\"decay_epoch\"]", "'decay_epoch' is no axis of experiment 'first'", "[[pick]]"},
      {"\"target\", ", "", "the candidates have several targets", "[[pick]]"},
      {"name = \"best\"", "name = \"first\"", "two experiments are named 'first'", "[[pick]]"},
      {"name = \"best\"", "name = \"best\"\naxes = { per_class = [1] }", "axes", "axes ="},
  };
  for (const auto& bad : all) check_one_message(good, bad);
  check_one_message(good, {"\"valid.top1\"", "\"test.top1\"", "runs are picked on test images", "[[pick]]"});
  check_one_message(kSmallStudy + "[[experiment]]\nname = \"p\"\nkind = \"pick\"\n",
                    {"\"pick\"", "\"pick\"", "'pick'", "kind ="});
}

TEST_CASE("swaps: what tuned_unit may not be beside is said, and what a swap may not take") {
  const std::string good = kSmallStudy + R"toml([[experiment]]
name = "all"
fixed = { tuned_unit = "all" }
[[experiment]]
name = "swaps"
kind = "evaluate"
units_from = [{ units = "tuned_unit", experiment = "all", same = ["target", "split", "replicate"] }]
axes = { tuned_unit = [1, 7] }
)toml";
  const auto study = testing::parsed(good);
  CHECK(study.experiments.back().units_from.at(0).axis == "tuned_unit");
  CHECK(study.experiments.back().units_from.at(0).units.empty());
  const std::vector<BadChange> all = {
      {"[1, 7]", "[1, 8]", "8 is out of range", "axes ="},
      {"[1, 7]", "[0, 1]", "0", "axes ="},
      {"[1, 7]", "[1, \"all\"]", "tuned_unit = \"all\" is no unit to take", "units_from ="},
      {"axes = { tuned_unit = [1, 7] }\n", "", "without values of that axis", "units_from ="},
      {"\"replicate\"] }]", "\"replicate\"] }, { units = 2, source = \"s\" }]", "beside another entry", "units_from ="},
      {"units = \"tuned_unit\"", "units = 7", "'tuned_unit' says how a network is trained", "axes ="},
      {"fixed = { tuned_unit = \"all\" }", "fixed = { tuned_unit = \"all\", frozen = 1 }", "both tuned_unit and frozen",
       "[[experiment]]\nname = \"all\""},
      {"fixed = { tuned_unit = \"all\" }", "fixed = { tuned_unit = 8 }", "8 is out of range",
       "[[experiment]]\nname = \"all\""},
  };
  for (const auto& bad : all) check_one_message(good, bad);
}
