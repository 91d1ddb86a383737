#include <catch2/catch.hpp>

#include "espalier/runtime/launch.hpp"

using namespace espalier;
using runtime::one_of_each_shape;

namespace {

task::Task training(const std::string& name, std::int32_t batch, float rate, std::vector<std::string> needs = {}) {
  task::Task task;
  task.id = {name};
  task::training(task).batch = batch;
  task::training(task).units = {{{}, task::Trained::all, {{{}, rate}}}};
  task::training(task).init_seed = std::hash<std::string>()(name);
  for (const auto& need : needs) {
    task.inputs.push_back({{need}, task::InputRole::pretraining});
    task::training(task).units[0].start = {task::StartKind::task, {need}, {}};
  }
  return task;
}

plan::Plan plan_of(std::vector<task::Task> tasks) {
  plan::Plan plan;
  for (const auto& task : tasks) plan.runs.push_back({RunId{task.id.hex}, "e", {}, task.id, "", ""});
  plan.tasks = std::move(tasks);
  return plan;
}

std::vector<std::string> names(const plan::Plan& plan) {
  std::vector<std::string> list;
  for (const auto& task : plan.tasks) list.push_back(task.id.hex.str());
  return list;
}

}  // namespace

TEST_CASE("smoke: tasks that differ in seeds and the size of rates are one shape") {
  const auto plan =
      one_of_each_shape(plan_of({training("a", 4, 0.1F), training("b", 4, 0.2F), training("c", 8, 0.1F)}));

  CHECK(names(plan) == std::vector<std::string>{"b", "c"});
  CHECK(plan.runs.size() == 2);
}

TEST_CASE("smoke: a chosen task brings what it needs, which then stands for its shape") {
  const auto plan =
      one_of_each_shape(plan_of({training("source 1", 4, 0.1F), training("source 2", 4, 0.1F),
                                 training("run 1", 4, 0.1F, {"source 1"}), training("run 2", 4, 0.1F, {"source 2"})}));

  CHECK(names(plan) == std::vector<std::string>{"source 2", "run 2"});
}

TEST_CASE("smoke: selections are left out") {
  auto whole = plan_of({training("a", 4, 0.1F)});
  whole.pending.push_back({"key", {{"a"}}});
  whole.runs.push_back({RunId{"later"}, "e", {}, {}, "key", ""});

  const auto plan = one_of_each_shape(std::move(whole));

  CHECK(plan.pending.empty());
  CHECK(plan.runs.size() == 1);
}
