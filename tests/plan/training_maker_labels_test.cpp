// Trainings on images that may have several labels: their loss, sizes, images and metrics.
#include <catch2/catch.hpp>

#include "plan/training_maker.hpp"
#include "support/planning.hpp"

using namespace espalier;
using namespace espalier::support;
using metrics::Metric;
using metrics::Subset;

namespace {

/// 100 images with 12 labels, of which 20 are for validation and 30 for tests; a target of six labels, a source of all.
study::Study several(std::vector<study::Axis> axes) {
  auto study = small_study(1);
  auto& data = study.data.at("letters");
  data.multi_label = true;
  data.valid_per_class = data.test_per_class = 0;
  data.valid_images = 20;
  data.test_images = 30;
  study.split = {};
  study.sources[0].classes = "all";
  study.targets[0].classes = "list";
  study.targets[0].class_list = {0, 2, 4, 6, 8, 10};
  study.experiments = {experiment("a", std::move(axes))};
  return study;
}

plan::Facts facts() { return small_facts(12, 100); }

const task::Task& only(const plan::Plan& plan, const std::string& size) {
  return *task_of(plan, run_where(plan, "a", {{"per_class", size}}).task);
}

}  // namespace

TEST_CASE(
    "several labels: a size is an average over labels, all images are one value, and smaller sets lie in larger ones") {
  auto study = several({axis("per_class", {2, 5, 9, "all"})});
  study.data.at("letters").short_classes = study::ShortClasses::take_all;
  const auto plan = compiled(study, {}, {}, facts());
  CHECK(only(plan, "2").images == 12);
  CHECK(only(plan, "5").images == 30);
  REQUIRE(plan.runs.size() == 3);  // nine of each of six labels are more than there are
  CHECK(task_of(plan, plan.runs.back().task)->images == 50);
  const auto& small = task::training(only(plan, "2")).images;
  auto large = task::training(only(plan, "5")).images;
  CHECK(small.sample == task::SampleSpec{task::SampleRule::first, 12, 0});
  CHECK(large.sample == task::SampleSpec{task::SampleRule::first, 30, 0});
  large.sample = small.sample;
  CHECK(large == small);
  CHECK(small.partition.behind == 50);
}

TEST_CASE("several labels: the loss is binary and in the id, and average precision is measured") {
  const auto plan = compiled(several({axis("per_class", {5})}), {}, {}, facts());
  const auto& task = only(plan, "5");
  CHECK(task::training(task).loss == task::Loss::binary);
  auto other = task::training(task);
  other.loss = task::Loss::cross_entropy;
  CHECK(task::task_id(other) != task.id);
  CHECK(!task.form.batched);
  REQUIRE(task.record.evaluations.size() == 2);
  const auto* test = task::evaluation_named(task.record, Subset::test);
  CHECK(test->metrics == std::vector{Metric::loss, Metric::ap, Metric::ap_voc2010, Metric::ap_voc2007});
  const auto& set = plan.catalog.image_sets.at(test->images.hex.str());
  CHECK(set.partition.length == 30);
  CHECK(plan.catalog.label_maps.at(set.labels).classes == std::vector<std::int32_t>{0, 2, 4, 6, 8, 10});
}

TEST_CASE("several labels: features of frozen units are cached, and no replica is made, which plan says") {
  auto study = several({axis("per_class", {5}), axis("frozen", {2}), axis("train.batch", {4, 8})});
  const auto plan = compiled(study, {}, {}, facts());
  for (const auto& task : plan.tasks) {
    if (task.inputs.empty()) continue;
    CHECK(task.form.cached_units == 2);
    CHECK(!task.form.batched);
  }
  bool is_said = false;
  for (const auto& [why, count] : plan.refused)
    is_said = is_said || (why.find("several labels") != std::string::npos && count == 2);
  CHECK(is_said);
}

TEST_CASE("several labels: the other loss is refused, for either kind of data") {
  auto study = several({axis("per_class", {5})});
  study.targets[0].train.loss = "cross-entropy";
  CHECK_THAT(complaints(study, facts()),
             Catch::Contains("train.loss = \"cross-entropy\" on data 'letters' (its images may have several labels") &&
                 Catch::Contains("Leave train.loss out"));
  study.targets[0].train.loss = "binary";
  compiled(study, {}, {}, facts());
  auto single = small_study(1);
  single.train.loss = "binary";
  single.experiments = {experiment("a", {axis("per_class", {5})})};
  CHECK_THAT(complaints(single), Catch::Contains("train.loss = \"binary\" on data 'letters'"));
}

TEST_CASE("several labels: more images than there are are refused, and a single label is enough") {
  CHECK_THAT(complaints(several({axis("per_class", {9})}), facts()), Catch::Contains("fewer than 54 training images"));
  auto study = several({axis("per_class", {"all"})});
  study.targets[0].class_list = {3};
  const auto plan = compiled(study, {}, {}, facts());
  CHECK(only(plan, "all").images == 50);
}
