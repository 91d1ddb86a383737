// Trainings with a unit in front: what is copied, frozen and drawn anew, and what is refused.
#include <catch2/catch.hpp>

#include "support/planning.hpp"

using namespace espalier;
using namespace espalier::support;

namespace {

study::Study study_with_front() {
  auto study = small_study(/*splits=*/1);
  study.sources[0].classes = study.targets[0].classes = "list";
  study.sources[0].class_list = study.targets[0].class_list = {1, 2, 3};
  network::LayerSpec last;
  last.kind = network::LayerKind::convolution;
  last.name = "0";
  last.kernel_h = last.kernel_w = 1;
  study.networks.push_back({"colour", {}, 1, {{{"a", {last}}}}, true});
  study.experiments = {experiment("fronted", {axis("front", {"colour"})})};
  study.experiments[0].fixed = {{"units", "F(1-3)"}};
  return study;
}

}  // namespace

TEST_CASE("front: one more unit is drawn anew and trained, and all others are copied and frozen") {
  const auto plan = compiled(study_with_front());
  const auto& task = *task_of(plan, run_where(plan, "fronted", {}).task);
  const auto& spec = task::training(task);
  const auto& network = plan.catalog.networks.at(spec.network);

  REQUIRE(spec.units.size() == 4);
  REQUIRE(network.depth() == 4);
  CHECK(network.units[0].name == "front");
  CHECK(spec.units[0].start.kind == task::StartKind::fresh);
  CHECK(spec.units[0].trained == task::Trained::all);
  CHECK_FALSE(spec.units[0].rates.empty());
  for (std::size_t u = 1; u < 4; ++u) {
    CHECK(spec.units[u].start.kind == task::StartKind::task);
    CHECK(spec.units[u].trained == task::Trained::no);
  }
  CHECK(task.inputs.size() == 1);
}

TEST_CASE("front: units trained behind it, other classes and unknown names bring one message") {
  auto study = study_with_front();
  study.experiments[0].fixed = {{"units", "F(1-2)T(3)"}};
  CHECK_THAT(complaints(study),
             Catch::Contains("units are trained behind front = colour") && Catch::Contains("F(1-3)"));
  study = study_with_front();
  study.targets[0].class_list = {1, 2, 4};
  CHECK_THAT(complaints(study), Catch::Contains("the classifier is transferred"));
  study = study_with_front();
  study.experiments[0].axes = {axis("front", {"tiny"})};
  CHECK_THAT(complaints(study), Catch::Contains("there is no unit 'tiny' to stand in front"));
}
