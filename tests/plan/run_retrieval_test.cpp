// Probes that look images up: gallery and queries, classes that are equal by name, and what is refused.
#include <catch2/catch.hpp>

#include "support/planning.hpp"

using namespace espalier;
using namespace espalier::support;
using metrics::Metric;
using metrics::Subset;

namespace {

/// Queries and gallery of the same classes: a split would leave none in common.
study::Study study_of_found() {
  auto study = small_study(/*splits=*/1);
  study.sources[0].classes = study.targets[0].classes = "list";
  study.sources[0].class_list = {1, 2, 3, 4};
  study.targets[0].class_list = {4, 5, 2};
  study.experiments = {experiment("trained", {axis("per_class", {4})}), experiment("found", {axis("per_class", {4})})};
  study.experiments[1].kind = "retrieval";
  study.experiments[1].start = study::Start{"trained", {"source", "per_class", "split"}, {}};
  return study;
}

const task::Task& task_of_found(const plan::Plan& plan) {
  const auto* task = task_of(plan, run_where(plan, "found", {}).task);
  REQUIRE(task != nullptr);
  return *task;
}

const task::LabelMap& labels_of(const plan::Plan& plan, const task::ImageSetSpec& images) {
  return plan.catalog.label_maps.at(images.labels);
}

}  // namespace

TEST_CASE("retrieval: queries go through the run, the gallery through the source, both up to the unit below the last") {
  const auto plan = compiled(study_of_found());
  const auto& task = task_of_found(plan);
  const auto& probe = *task::probe_of(task);
  const auto trained = run_where(plan, "trained", {}).task;
  const auto source = task::training(*task_of(plan, trained)).units[0].start;

  CHECK(probe.method == task::ProbeMethod::retrieval);
  CHECK(probe.features == 2);
  CHECK(probe.retrieval.depth == 10);
  CHECK(probe.units[0].task == trained);
  CHECK(probe.units[2] == task::UnitStart{});
  CHECK(probe.retrieval.units[0] == source);
  CHECK(probe.retrieval.units[1] == source);
  CHECK(task::unit_starts(task).size() == 6);
  CHECK(task.inputs.size() == 2);
  CHECK(task.form.cached_units == 2);
  REQUIRE(task.record.evaluations.size() == 2);
  CHECK(task.record.evaluations[0].name == Subset::valid);
  for (const auto& one : task.record.evaluations) CHECK(one.metrics == std::vector{Metric::map10});
  CHECK(plan.features_bytes > 0);
}

TEST_CASE("retrieval: classes of equal names have one number, and queries of others are left out") {
  const auto plan = compiled(study_of_found());
  const auto& task = task_of_found(plan);

  const auto& gallery = labels_of(plan, task::probe_of(task)->retrieval.gallery);
  CHECK(gallery.classes == std::vector<std::int32_t>{1, 2, 3, 4});
  CHECK(gallery.outputs == std::vector<std::int32_t>{2, 0, 3, 1});
  const auto& queries = labels_of(plan, plan.catalog.image_sets.at(task.record.evaluations[1].images.hex.str()));
  CHECK(queries.classes == std::vector<std::int32_t>{4, 2});
  CHECK(queries.outputs == std::vector<std::int32_t>{1, 0});
  CHECK(queries.output_count == 2);
}

TEST_CASE("retrieval: without a run the queries go through the source, and the unit is an axis") {
  auto study = study_of_found();
  study.experiments[1].start.reset();
  study.experiments[1].axes = {axis("features", {1, 2})};
  const auto plan = compiled(study);
  const auto* task = task_of(plan, run_where(plan, "found", {{"features", "1"}}).task);
  const auto& probe = *task::probe_of(*task);
  CHECK(probe.units == probe.retrieval.units);
  CHECK(probe.features == 1);
  CHECK(task->inputs.size() == 1);
}

TEST_CASE("retrieval: what cannot be looked up brings one message") {
  auto study = study_of_found();
  study.targets[0].class_list = {6, 7};
  CHECK_THAT(complaints(study), Catch::Contains("target 'other' and source 'half' have no class in common"));
  study = study_of_found();
  auto other = study.data["letters"];
  other.name = "drawings";
  study.data["drawings"] = other;
  study.targets[0].data = "drawings";
  auto facts = small_facts();
  facts.data["drawings"] = facts.data["letters"];
  CHECK(complaints(study, facts).empty());
  study.data["drawings"].valid_per_class = study.data["drawings"].test_per_class = 0;
  CHECK_THAT(complaints(study, facts), Catch::Contains("has no images to measure on"));
  study.data["drawings"] = other;
  study.data["drawings"].mean = {0.3F};
  study.data["drawings"].std = {0.2F};
  const auto plan = compiled(study, {}, {}, facts);
  const auto& probe = *task::probe_of(task_of_found(plan));
  CHECK(probe.mean == std::vector<float>{0.3F});
  CHECK(probe.retrieval.mean != probe.mean);
  study.data["drawings"] = other;
  study.data["letters"].valid_per_class = 0;
  CHECK_THAT(complaints(study, facts), Catch::Contains("source 'half' has no validation images to look images up in"));
}
