#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <set>

#include "support/planning.hpp"

namespace espalier::plan {
namespace {

using support::axis;
using support::experiment;

/// 1 to 3 different numbers of 0..most.
std::vector<study::Value> some_of(int least, int most) {
  std::set<int> picked;
  for (int i = *rc::gen::inRange(1, 4); i > 0; --i) picked.insert(*rc::gen::inRange(least, most + 1));
  return {picked.begin(), picked.end()};
}

study::Experiment some_experiment(const std::string& name) {
  auto made = experiment(name, {axis("transferred", some_of(0, 3)), axis("frozen", some_of(0, 3))});
  if (*rc::gen::arbitrary<bool>()) made.axes.push_back(axis("per_class", some_of(1, 12)));
  if (*rc::gen::arbitrary<bool>()) made.axes.push_back(axis("decay_epoch", some_of(0, 100)));
  if (*rc::gen::arbitrary<bool>()) made.axes.push_back(axis("high_units", some_of(0, 4)));
  if (*rc::gen::arbitrary<bool>()) made.axes.push_back(axis("replicate", some_of(1, 3)));
  if (*rc::gen::arbitrary<bool>()) made.axes.push_back(axis("train.weight_decay", {0, 0.001}));
  made.excludes = {{{}, "beyond", "frozen > transferred"}, {{}, "odd", "transferred == 2 and split == 1"}};
  return made;
}

study::Study some_study() {
  auto made = support::small_study(*rc::gen::inRange(1, 4), 4);
  const int experiments = *rc::gen::inRange(1, 4);
  for (int i = 0; i < experiments; ++i) made.experiments.push_back(some_experiment("e" + std::to_string(i)));
  return made;
}

Plan plan_of(const study::Study& study) {
  Plan plan = compile(study, support::small_facts(), {}, {});
  for (const auto& diagnostic : plan.diagnostics) RC_FAIL(study::format(diagnostic, "study"));
  return plan;
}

std::map<RunId, TaskId> tasks_by_run(const Plan& plan) {
  std::map<RunId, TaskId> all;
  for (const auto& run : plan.runs) all[run.id] = run.task;
  return all;
}

std::set<TaskId> ids(const Plan& plan) {
  std::set<TaskId> all;
  for (const auto& task : plan.tasks) all.insert(task.id);
  return all;
}

template <class Property>
void holds(const char* what, Property property) {
  CHECK(rc::check(what, property));
}

}  // namespace

TEST_CASE("plan: every run reaches exactly one task, and every id is its spec's") {
  holds("runs and tasks", [] {
    const Plan plan = plan_of(some_study());
    const auto known = ids(plan);
    RC_ASSERT(known.size() == plan.tasks.size());
    std::set<TaskId> reached, before;
    for (const auto& run : plan.runs) {
      RC_ASSERT(known.contains(run.task));
      reached.insert(run.task);
    }
    for (const auto& task : plan.tasks) {
      RC_ASSERT(task.id == task::task_id(task::training(task)));
      for (const auto& input : task.inputs) RC_ASSERT(before.contains(input.task));
      for (const auto& input : task.inputs) reached.insert(input.task);
      before.insert(task.id);
    }
    RC_ASSERT(reached == known);
    RC_ASSERT(tasks_by_run(plan).size() == plan.runs.size());
  });
}

TEST_CASE("plan: runs and excluded ones add up to the product") {
  holds("sums", [] {
    const auto study = some_study();
    const Plan plan = plan_of(study);
    for (std::size_t i = 0; i < study.experiments.size(); ++i) {
      std::int64_t product = study.split.count;
      for (const auto& one : study.experiments[i].axes) product *= static_cast<std::int64_t>(one.values.size());
      std::int64_t sum = plan.experiments[i].runs;
      for (const auto& [rule, count] : plan.experiments[i].excluded) sum += count;
      RC_ASSERT(sum == product);
    }
  });
}

TEST_CASE("plan: spelling of numbers, order of axes and names of experiments change no task") {
  holds("spelling", [] {
    auto study = some_study();
    const auto before = ids(plan_of(study));
    for (auto& one : study.experiments) {
      one.name += " renamed";
      std::reverse(one.axes.begin(), one.axes.end());
      for (auto& values : one.axes) {
        if (values.name == "train.weight_decay") values.values = {0.0, 1e-3};
      }
    }
    std::reverse(study.experiments.begin(), study.experiments.end());
    RC_ASSERT(ids(plan_of(study)) == before);
  });
}

TEST_CASE("plan: the order of axes changes no run's id") {
  holds("order", [] {
    auto study = some_study();
    const auto before = tasks_by_run(plan_of(study));
    for (auto& one : study.experiments) std::reverse(one.axes.begin(), one.axes.end());
    RC_ASSERT(tasks_by_run(plan_of(study)) == before);
  });
}

TEST_CASE("plan: more splits leave the runs and tasks of the first ones as they were") {
  holds("splits", [] {
    auto study = some_study();
    study.split.count = 4;
    const auto four = tasks_by_run(plan_of(study));
    study.split.count = 6;
    const auto six = tasks_by_run(plan_of(study));
    RC_ASSERT(six.size() >= four.size());
    for (const auto& [run, task] : four) RC_ASSERT(six.at(run) == task);
  });
}

TEST_CASE("plan: another seed gives other tasks, equal input the same plan") {
  holds("seed", [] {
    auto study = some_study();
    const auto before = ids(plan_of(study));
    RC_ASSERT(ids(plan_of(study)) == before);
    study.seed += 1;
    for (const auto& id : ids(plan_of(study))) RC_ASSERT(!before.contains(id));
  });
}

TEST_CASE("plan: no pass makes a plan dearer than it is without it") {
  holds("passes", [] {
    auto study = some_study();
    auto& lengths = study.experiments.front().axes;
    if (*rc::gen::arbitrary<bool>()) lengths.push_back(axis("train.epochs", some_of(1, 200)));
    const auto hours = [&](bool Passes::* left_out) {
      CompileOptions options;
      if (left_out) options.passes.*left_out = false;
      return compile(study, support::small_facts(), {}, options).device_hours;
    };
    const double whole = hours(nullptr);

    for (const auto pass : {&Passes::stages, &Passes::features, &Passes::replicas})
      RC_ASSERT(whole <= hours(pass) * (1 + 1e-9));
  });
}

}  // namespace espalier::plan
