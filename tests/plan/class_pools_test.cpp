// Which classes a role trains on: images enough for a size, short classes, labels of several levels.
#include <catch2/catch.hpp>

#include "espalier/plan/plan.hpp"
#include "support/planning.hpp"

namespace espalier::plan {
namespace {

using support::axis;
using support::compiled;
using support::complaints;
using support::experiment;
using support::run_where;
using support::task_of;

}  // namespace

TEST_CASE("plan: more images than a class has are refused with the classes and their numbers") {
  auto study = support::small_study(1);
  study.experiments = {experiment("a", {axis("per_class", {13})})};
  auto facts = support::small_facts();
  facts.data["letters"].class_counts[0] = 10;

  const std::string refused = complaints(study, facts);

  CHECK(refused.find("fewer than 13 training images") != std::string::npos);
  CHECK(refused.find("' has 12") != std::string::npos);
  CHECK(refused.find("experiment.a") != std::string::npos);
}

TEST_CASE("plan: a single class is nothing to tell apart, for a source or a target") {
  auto study = support::small_study(1);
  study.experiments = {experiment("a", {axis("per_class", {1})})};
  auto target = study;
  target.targets[0].classes = "list";
  target.targets[0].class_list = {3};
  CHECK_THAT(complaints(target), Catch::Contains("target 'other' has a single class"));
  study.sources[0].classes = "list";
  study.sources[0].class_list = {3};
  CHECK_THAT(complaints(study), Catch::Contains("source '" + study.sources[0].name + "' has a single class"));
}

TEST_CASE("plan: short classes give all they have, or are left out at every size, as asked") {
  auto study = support::small_study(1);
  study.split.kind = study::Split::Kind::none;
  study.sources[0].classes = study.targets[0].classes = "all";
  study.experiments = {experiment("a", {axis("per_class", {1, 5, "all"})})};
  auto facts = support::small_facts();
  facts.data["letters"].class_counts[3] = 11;  // 3 of them for training

  CHECK(complaints(study, facts).find("'letter 3' has 3") != std::string::npos);

  study.data["letters"].short_classes = study::ShortClasses::take_all;
  const Plan all = compiled(study, {}, {}, facts);
  const auto* at_five = task_of(all, run_where(all, "a", {{"per_class", "5"}}).task);
  CHECK(all.catalog.label_maps.at(task::training(*at_five).images.labels).classes.size() == 12);
  CHECK(at_five->epoch_images == 90 * (11 * 5 + 3));

  study.data["letters"].short_classes = study::ShortClasses::leave_out;
  const Plan fewer = compiled(study, {}, {}, facts);
  REQUIRE(fewer.diagnostics.size() == 1);
  CHECK_THAT(
      study::format(fewer.diagnostics[0], "s"),
      Catch::Contains("warning: data.letters: 1 class is left out ('letter 3' has 3; 5 training images are asked"));
  for (const auto& run : fewer.runs) {
    const auto& classes = fewer.catalog.label_maps.at(task::training(*task_of(fewer, run.task)).images.labels).classes;
    CHECK(classes.size() == 11);
    CHECK(std::find(classes.begin(), classes.end(), 3) == classes.end());
  }
}

TEST_CASE("plan: coarse and fine labels are two maps of one data set") {
  auto study = support::small_study(1);
  study.split.kind = study::Split::Kind::none;
  study.sources[0].classes = study.targets[0].classes = "all";
  study.data["coarse"] = study.data["letters"];
  study.data["coarse"].name = "coarse";
  study.data["coarse"].label_kind = "coarse";
  study.targets.push_back(study.targets[0]);
  study.targets[1].name = "groups";
  study.targets[1].data = "coarse";
  auto facts = support::small_facts();
  task::LabelLevel level{{}, {"vowels", "others"}};
  for (std::size_t i = 0; i < facts.data["letters"].class_counts.size(); ++i) level.of.push_back(i % 4 == 0 ? 0 : 1);
  facts.data["letters"].levels["coarse"] = level;
  facts.data["coarse"] = facts.data["letters"];
  study.experiments = {
      experiment("a", {axis("per_class", {5}), axis("target", {study.targets[0].name, std::string("groups")})})};

  const Plan plan = compiled(study, {}, {}, facts);

  const auto& fine = task::training(*task_of(plan, plan.runs[0].task));
  const auto& coarse = task::training(*task_of(plan, plan.runs[1].task));
  CHECK(fine.images.data == coarse.images.data);
  CHECK(fine.images.partition == coarse.images.partition);
  const auto& map = plan.catalog.label_maps.at(coarse.images.labels);
  CHECK(map.output_count == 2);
  CHECK(map.names == level.names);
  CHECK(map.classes.size() == level.of.size());
  for (std::size_t i = 0; i < map.classes.size(); ++i) {
    CHECK(map.outputs[i] == level.of[static_cast<std::size_t>(map.classes[i])]);
  }
  CHECK(task_of(plan, plan.runs[1].task)->images == 2 * 5);

  facts.data["coarse"].levels.clear();
  CHECK(complaints(study, facts).find("has no coarse labels") != std::string::npos);
}

}  // namespace espalier::plan
