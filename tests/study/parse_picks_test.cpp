// What [[pick]] says.
#include <catch2/catch.hpp>

#include "study/study_texts.hpp"

using namespace espalier;
using namespace espalier::study;
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

TEST_CASE("pick: it is an experiment of its own kind, which plans no cell") {
  const auto study = testing::parsed(kSmallStudy + kTwoSteps + kPick);
  const auto& best = study.experiments.back();

  CHECK(best.name == "best");
  CHECK(best.kind == "pick");
  REQUIRE(best.pick);
  CHECK(best.pick->from == std::vector<std::string>{"first", "second"});
  CHECK(best.pick->best == "valid.top1");
  CHECK(best.pick->per == std::vector<std::string>{"target", "per_class", "split", "replicate"});
}
