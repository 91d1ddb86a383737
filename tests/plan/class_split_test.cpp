// Halves of the classes, drawn anew for each split or listed.
#include <catch2/catch.hpp>
#include <set>

#include "espalier/plan/plan.hpp"
#include "support/planning.hpp"

namespace espalier::plan {
namespace {

using support::axis;
using support::compiled;
using support::complaints;
using support::experiment;
using support::task_of;

}  // namespace

TEST_CASE("plan: a class that is left out is in neither half of a split") {
  auto study = support::small_study(3);
  study.split.source = study.split.target = 5;  // of 12 classes, two of which are short
  study.data["letters"].short_classes = study::ShortClasses::leave_out;
  study.experiments = {experiment("a", {axis("transferred", {2}), axis("per_class", {5})})};
  auto facts = support::small_facts();
  facts.data["letters"].class_counts[3] = facts.data["letters"].class_counts[7] = 11;

  const Plan plan = compiled(study, {}, {}, facts);

  for (const auto& task : plan.tasks) {
    const auto& classes = plan.catalog.label_maps.at(task::training(task).images.labels).classes;
    CHECK(classes.size() == 5);
    for (const int left_out : {3, 7}) CHECK(std::find(classes.begin(), classes.end(), left_out) == classes.end());
  }
  study.split.target = 6;
  CHECK(complaints(study, facts).find("has 10 with enough images") != std::string::npos);
}

TEST_CASE("plan: halves of a split share no class, and listed splits are taken as they are") {
  auto study = support::small_study(3);
  study.experiments = {experiment("a", {axis("transferred", {2})})};

  const Plan plan = compiled(study);

  std::set<std::string> lists;
  for (const auto& task : plan.tasks) {
    if (support::pretrainings(plan).contains(task.id)) continue;
    const auto& target = plan.catalog.label_maps.at(task::training(task).images.labels).classes;
    const auto& source =
        plan.catalog.label_maps.at(task::training(*task_of(plan, task.inputs[0].task)).images.labels).classes;
    CHECK(target.size() == 4);
    CHECK(source.size() == 6);
    for (const auto index : target) CHECK(std::find(source.begin(), source.end(), index) == source.end());
    lists.insert(task::training(task).images.labels);
  }
  CHECK(lists.size() == 3);

  study.split.kind = study::Split::Kind::listed;
  study.split.listed = {{{0, 1}, {2, 3}}};
  const Plan listed = compiled(study);
  CHECK(listed.runs.size() == 1);
  CHECK(listed.catalog.label_maps.at(task::training(listed.tasks[1]).images.labels).classes ==
        std::vector<std::int32_t>{2, 3});
}

}  // namespace espalier::plan
