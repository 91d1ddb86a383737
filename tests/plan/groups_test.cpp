// Workers for tasks: by the study's rules, and by the planner's own choice where a chain would keep all others waiting.
#include "plan/cost/groups.hpp"

#include "support/planning.hpp"

namespace espalier::plan {
namespace {

using support::axis;
using support::compiled;
using support::experiment;

study::Study sizes() {
  auto study = support::small_study();
  study.experiments = {experiment("sizes", {axis("transferred", {0, 2}), axis("per_class", {1, 4})})};
  return study;
}

study::Resources rule(const std::string& when, std::int32_t workers) { return {{}, when, workers}; }

std::map<std::int32_t, int> workers_of_runs(const Plan& plan) {
  const auto sources = support::pretrainings(plan);
  std::map<std::int32_t, int> count;
  for (const auto& task : plan.tasks) count[task.form.workers] += !sources.contains(task.id);
  std::erase_if(count, [](const auto& one) { return one.second == 0; });
  return count;
}

}  // namespace

TEST_CASE("groups: without rules and with one worker every task has one") {
  const auto plan = compiled(sizes());
  CHECK((workers_of_runs(plan).size() == 1));
  for (const auto& task : plan.tasks) CHECK(task.form.workers == 1);
}

TEST_CASE("groups: the first rule that matches counts; a pretraining has images only") {
  auto study = sizes();
  study.resources = {rule("per_class == 4", 4), rule("images >= 1", 2)};
  const auto plan = compiled(study);
  const auto sources = support::pretrainings(plan);
  for (const auto& task : plan.tasks) {
    const bool four = !sources.contains(task.id) && task::training(task).images.sample.count == 4;
    CHECK(task.form.workers == (four ? 4 : 2));
    CHECK_FALSE(task.form.batched);
  }
}

TEST_CASE("groups: a rule may ask for one worker; left out, none counts") {
  auto study = sizes();
  study.resources = {rule("transferred == 0", 1), rule("", 3)};
  const auto plan = compiled(study);
  CHECK((workers_of_runs(plan).contains(1) && workers_of_runs(plan).contains(3)));

  CompileOptions without;
  without.passes.groups = false;
  for (const auto& task : compiled(study, {}, without).tasks) CHECK(task.form.workers == 1);
}

TEST_CASE("groups: ids do not depend on workers") {
  auto study = sizes();
  const auto single = compiled(study);
  study.resources = {rule("", 2)};
  const auto group = compiled(study);
  REQUIRE(single.tasks.size() == group.tasks.size());
  for (std::size_t i = 0; i < single.tasks.size(); ++i) CHECK(single.tasks[i].id == group.tasks[i].id);
}

TEST_CASE("groups: the planner gives workers to long chains that others would wait for, and to nothing else") {
  auto study = sizes();
  CompileOptions many;
  many.workers = 8;
  for (const auto& task : compiled(study, {}, many).tasks) CHECK(task.form.workers == 1);  // short ones

  Calibration slow;  // a step takes a minute
  for (const auto& probe : compiled(study).probes) slow[probe.key] = {60, 1, 1};
  many.calibration = slow;
  const auto plan = compiled(study, {}, many);
  CHECK(std::any_of(plan.tasks.begin(), plan.tasks.end(), [](const auto& one) { return one.form.workers > 1; }));
  for (const auto& task : plan.tasks) CHECK(task.form.workers <= 8);
}

}  // namespace espalier::plan
