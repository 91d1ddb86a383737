// Tasks of several runs: what is recorded of them together, and what of them is done already.
#include <catch2/catch.hpp>

#include "espalier/plan/plan.hpp"
#include "support/planning.hpp"

namespace espalier::plan {
namespace {

using support::axis;
using support::compiled;
using support::experiment;
using support::task_of;

}  // namespace

TEST_CASE("plan: what two runs on one task want recorded is recorded together") {
  auto study = support::small_study(1);
  study.train.evaluate_every = study::Duration{study::Duration::Unit::epochs, 10};
  study.experiments = {experiment("a", {axis("transferred", {2})}),
                       experiment("b", {axis("transferred", {2})}, {{"train.evaluate.every", 4}, {"train.fit", true}})};

  const Plan plan = compiled(study);

  REQUIRE(plan.tasks.size() == 2);
  const auto& record = plan.tasks[1].record;
  CHECK(record.evaluations.size() == 3);
  CHECK(task::evaluation_named(record, metrics::Subset::valid)->every == 2);
  CHECK(task::evaluation_named(record, metrics::Subset::train_eval)->every == 0);
}

TEST_CASE("plan: evaluations by steps; where they make whole epochs, by epochs") {
  auto study = support::small_study(1);
  const auto every = [&](std::int64_t steps) {
    study.train.evaluate_every = study::Duration{study::Duration::Unit::steps, steps};
    study.experiments = {experiment("a", {axis("transferred", {2})})};
    return *task::evaluation_named(compiled(study).tasks[1].record, metrics::Subset::valid);
  };
  study.train.batch = 12;  // 48 training images: 4 steps an epoch

  CHECK(every(3).every == 0);
  CHECK(every(3).every_steps == 3);
  CHECK(every(8).every == 2);
  CHECK(every(8).every_steps == 0);
  CHECK(every(0).every == 0);
  CHECK(every(0).every_steps == 0);
}

TEST_CASE("plan: what is done is not counted again, unless more is to be recorded") {
  auto study = support::small_study(1);
  study.experiments = {experiment("a", {axis("transferred", {1, 2})})};
  const Plan before = compiled(study);
  const auto outcomes = support::all_finished(before, [](const PlannedRun&) { return 700; });

  const Plan after = compiled(study, outcomes);
  CHECK(after.done == 3);
  CHECK(after.device_hours == 0);

  study.targets[0].train.train_eval = true;
  const Plan more = compiled(study, outcomes);
  CHECK(more.done == 1);
  CHECK(more.again == 2);
  CHECK(more.device_hours > 0);
}

TEST_CASE("plan: images that are only measured are not in an id; kept networks are measured on new ones") {
  auto study = support::small_study(1);
  auto facts = support::small_facts();
  study.experiments = {experiment("a", {axis("transferred", {1, 2})})};
  const auto with_test_files = [&](const std::string& digest) {
    study.data["letters"].test_files.emplace();
    facts.data["letters"].test_digest = digest;
    facts.data["letters"].test_counts.assign(facts.data["letters"].class_counts.size(), 3);
  };
  with_test_files("some test images");
  const Plan before = compiled(study, {}, {}, facts);
  auto outcomes = support::all_finished(before, [](const PlannedRun&) { return 700; });

  with_test_files("other test images");
  const Plan after = compiled(study, outcomes, {}, facts);
  CHECK(after.runs[0].task == before.runs[0].task);
  CHECK(after.runs[0].images(metrics::Subset::test) != before.runs[0].images(metrics::Subset::test));
  CHECK(after.runs[0].images(metrics::Subset::valid) == before.runs[0].images(metrics::Subset::valid));
  CHECK(after.again == 3);  // no network was kept

  for (auto& [id, outcome] : outcomes) outcome.has_network = true;
  const Plan measured = compiled(study, outcomes, {}, facts);
  CHECK(measured.remeasured == 3);
  CHECK(measured.again == 0);
  CHECK(measured.device_hours == 0);

  study.data["letters"].valid_per_class += 1;  // fewer images are left to train on
  CHECK(compiled(study, {}, {}, facts).runs[0].task != before.runs[0].task);
}

TEST_CASE("plan: runs of one training are each measured on their own images") {
  auto study = support::small_study(1);
  auto facts = support::small_facts();
  study.data["shifted"] = study.data["letters"];
  study.data["shifted"].name = "shifted";
  study.data["letters"].test_files.emplace();
  study.data["shifted"].test_files.emplace();
  for (const auto* name : {"letters", "shifted"}) {
    if (name == std::string("shifted")) facts.data[name] = facts.data["letters"];
    facts.data[name].test_digest = std::string(name) + " for test";
    facts.data[name].test_counts.assign(facts.data["letters"].class_counts.size(), 3);
  }
  study.targets.push_back(study.targets[0]);
  study.targets[1].name = "moved";
  study.targets[1].data = "shifted";
  study.experiments = {
      experiment("a", {axis("transferred", {2}), axis("target", {study.targets[0].name, study.targets[1].name})})};

  const Plan plan = compiled(study, {}, {}, facts);

  REQUIRE(plan.runs.size() == 2);
  CHECK(plan.runs[0].task == plan.runs[1].task);
  CHECK(plan.runs[0].images(metrics::Subset::test) != plan.runs[1].images(metrics::Subset::test));
  CHECK(task_of(plan, plan.runs[0].task)->record.evaluations.size() == 3);
}

}  // namespace espalier::plan
