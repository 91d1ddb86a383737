// Properties of the cut of a study into shards.
#include "espalier/plan/shards.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "support/planning.hpp"

namespace espalier::plan {
namespace {

using support::axis;
using support::compiled;
using support::experiment;

/// Some of 0..most.
std::vector<study::Value> some_of(int least, int most) {
  std::set<int> picked;
  for (int i = *rc::gen::inRange(1, 4); i > 0; --i) picked.insert(*rc::gen::inRange(least, most + 1));
  return {picked.begin(), picked.end()};
}

study::Study some_study() {
  auto made = support::small_study(*rc::gen::inRange(1, 5), 4);
  const int experiments = *rc::gen::inRange(1, 4);
  for (int i = 0; i < experiments; ++i) {
    made.experiments.push_back(
        experiment("e" + std::to_string(i), {axis("transferred", some_of(0, 3)), axis("frozen", some_of(0, 3)),
                                             axis("per_class", some_of(1, 12)), axis("decay_epoch", some_of(0, 100))}));
    made.experiments.back().excludes = {{{}, "beyond", "frozen > transferred"}};
  }
  return made;
}

struct Seen {
  study::Study study;
  Plan plan;
  ShardCut cut;
};

Seen cut_of(study::Study study, std::int32_t shards) {
  Plan plan = compile(study, support::small_facts(), {}, {});
  for (const auto& diagnostic : plan.diagnostics) RC_FAIL(study::format(diagnostic, "study"));
  auto cut = cut_into_shards(plan, shards);
  return {std::move(study), std::move(plan), std::move(cut)};
}

void add_needed(const Plan& plan, const TaskId& id, std::set<TaskId>& needed) {
  if (!needed.insert(id).second) return;
  for (const auto& input : support::task_of(plan, id)->inputs) add_needed(plan, input.task, needed);
}

double largest_of(const std::vector<ShardWork>& work) {
  double most = 0;
  for (std::size_t shard = 1; shard < work.size(); ++shard) most = std::max(most, work[shard].seconds);
  return most;
}

double total_of(const std::vector<ShardWork>& work) {
  double sum = 0;
  for (const auto& one : work) sum += one.seconds;
  return sum;
}

template <class Property>
void holds(const char* what, Property property) {
  CHECK(rc::check(what, property));
}

}  // namespace

TEST_CASE("shards: every run is in one shard, and what runs of two shards need is in shard 0") {
  holds("runs and tasks", [] {
    const int shards = *rc::gen::inRange(1, 7);
    const auto [study, plan, cut] = cut_of(some_study(), shards);
    RC_ASSERT(cut.runs.size() == plan.runs.size());
    RC_ASSERT(cut.tasks.size() == plan.tasks.size());
    std::map<TaskId, std::set<int>> wanted_by;
    for (const auto& run : plan.runs) {
      const int shard = cut.runs.at(run.id);
      RC_ASSERT(shard >= 1 && shard <= shards);
      std::set<TaskId> needed;
      add_needed(plan, run.task, needed);
      for (const auto& id : needed) wanted_by[id].insert(shard);
    }
    for (const auto& [id, wanting] : wanted_by)
      RC_ASSERT(cut.tasks.at(id) == (wanting.size() == 1 ? *wanting.begin() : 0));
  });
}

TEST_CASE("shards: a task needs tasks of its own shard and of shard 0 only") {
  holds("inputs", [] {
    const auto [study, plan, cut] = cut_of(some_study(), *rc::gen::inRange(1, 7));
    for (const auto& task : plan.tasks) {
      for (const auto& input : task.inputs) {
        const int shard = cut.tasks.at(input.task);
        RC_ASSERT(shard == 0 || shard == cut.tasks.at(task.id));
      }
    }
  });
}

TEST_CASE("shards: their tasks and those of shard 0 are the plan") {
  holds("sum", [] {
    const int shards = *rc::gen::inRange(1, 7);
    const auto [study, plan, cut] = cut_of(some_study(), shards);
    const auto work = work_of_shards(cut, plan);
    std::size_t tasks = 0, runs = 0;
    for (const auto& one : work)
      tasks += static_cast<std::size_t>(one.tasks), runs += static_cast<std::size_t>(one.runs);
    RC_ASSERT(tasks == plan.tasks.size());
    RC_ASSERT(runs == plan.runs.size());
    const auto shared = tasks_of_shard(cut, plan, 0);
    std::set<TaskId> all = shared;
    for (int shard = 1; shard <= shards; ++shard) {
      for (const auto& id : tasks_of_shard(cut, plan, shard)) RC_ASSERT(all.insert(id).second || shared.contains(id));
    }
    RC_ASSERT(all.size() == plan.tasks.size());
  });
}

TEST_CASE("shards: one shard has everything, and shard 0 nothing") {
  holds("one", [] {
    const auto [study, plan, cut] = cut_of(some_study(), 1);
    for (const auto& [id, shard] : cut.tasks) RC_ASSERT(shard == 1);
    const auto work = work_of_shards(cut, plan);
    RC_ASSERT(work[0].tasks == 0 && work[0].seconds == 0.0);
  });
}

TEST_CASE("shards: the order of experiments and axes changes no shard") {
  holds("order", [] {
    const int shards = *rc::gen::inRange(1, 7);
    const auto before = cut_of(some_study(), shards);
    auto study = before.study;
    for (auto& one : study.experiments) std::reverse(one.axes.begin(), one.axes.end());
    std::reverse(study.experiments.begin(), study.experiments.end());
    const auto after = cut_of(study, shards);
    RC_ASSERT(before.cut.tasks == after.cut.tasks);
    RC_ASSERT(before.cut.runs == after.cut.runs);
  });
}

TEST_CASE("shards: independent groups of equal cost stay whole, and the shards are nearly equal") {
  auto study = support::small_study(24, 4);
  study.experiments = {experiment("a", {axis("transferred", {1, 2, 3}), axis("decay_epoch", {20, 40})})};
  const Plan plan = compiled(study);

  for (const int shards : {2, 3, 5, 7}) {
    const auto cut = cut_into_shards(plan, shards);
    const auto work = work_of_shards(cut, plan);
    CAPTURE(shards, largest_of(work), total_of(work));
    CHECK(work[0].tasks == 0);
    const double most_groups = (24 + shards - 1) / shards;
    CHECK(largest_of(work) <= 1.02 * total_of(work) / 24 * most_groups);
    std::map<TaskId, std::set<int>> shards_of_source;
    for (const auto& task : plan.tasks) {
      for (const auto& input : task.inputs) shards_of_source[input.task].insert(cut.tasks.at(task.id));
    }
    CHECK(shards_of_source.size() == 24);
    for (const auto& [source, in] : shards_of_source) CHECK(in.size() == 1);
  }
}

TEST_CASE("shards: where one source feeds everything it is shard 0, and families stay whole") {
  auto study = support::small_study(1, 4);
  study.experiments = {experiment("a", {axis("transferred", {1, 2, 3}), axis("per_class", {2, 3, 4, 5, 6, 7, 8, 9}),
                                        axis("decay_epoch", {40, 60})})};
  const Plan plan = compiled(study);

  const auto cut = cut_into_shards(plan, 4);

  const auto work = work_of_shards(cut, plan);
  CHECK(work[0].tasks == 1);
  CHECK(cut.tasks.at(*support::pretrainings(plan).begin()) == 0);
  CHECK(largest_of(work) <= 1.15 * (total_of(work) - work[0].seconds) / 4);
  std::map<std::uint64_t, std::set<int>> shards_of_family;
  for (const auto& task : plan.tasks) shards_of_family[task::sharing_of(task).family].insert(cut.tasks.at(task.id));
  CHECK(shards_of_family.size() < plan.tasks.size());
  for (const auto& [family, in] : shards_of_family) CHECK(in.size() == 1);
}

TEST_CASE("shards: a run that others start from is in a shard, its task in shard 0 where several need it") {
  auto study = support::small_study(1, 4);
  study.experiments = {experiment("first", {}, {{"transferred", 0}}),
                       experiment("second", {axis("per_class", {2, 3, 4, 5, 6, 7, 8, 9})}, {{"transferred", 2}})};
  study::Start start;
  start.experiment = "first";
  study.experiments[1].start = start;
  const Plan plan = compiled(study);
  const auto& first = support::run_where(plan, "first", {});

  const auto cut = cut_into_shards(plan, 3);

  CHECK(cut.runs.at(first.id) >= 1);
  CHECK(cut.tasks.at(first.task) == 0);
}

TEST_CASE("shards: runs that a selection decides wait for the merge, and a study that goes on is cut as before") {
  auto study = support::small_study(3, 4);
  study.experiments = {experiment("try", {axis("frozen", {0, 1, 2}), axis("per_class", {2, 8})}, {{"transferred", 2}}),
                       experiment("use", {axis("per_class", {2, 8})}, {{"transferred", 2}, {"decay_epoch", 40}})};
  study.experiments[1].takes = {support::take({"frozen"}, {"try"}, {"per_class"})};
  const auto facts = support::small_facts();
  const auto before = cut_study(study, facts, "", 3);
  const Plan begun = compiled(study);
  const auto done =
      support::all_finished(begun, [](const PlannedRun& run) { return 500 + support::number(run, "frozen"); });
  const Plan later = compiled(study, done);
  REQUIRE(later.tasks.size() > begun.tasks.size());

  CHECK(before.runs.size() == 18);
  CHECK(before.tasks == cut_into_shards(begun, 3).tasks);
  for (const auto& run : later.runs) CHECK(before.runs.contains(run.id) == (run.experiment == "try"));
  std::size_t in_shards = 0;
  for (int shard = 0; shard <= 3; ++shard) {
    for (const auto& id : tasks_of_shard(before, later, shard)) in_shards += before.tasks.at(id) == shard;
  }
  CHECK(in_shards == begun.tasks.size());
  std::int64_t tasks = 0;
  for (const auto& one : work_of_shards(before, later)) tasks += one.tasks;
  CHECK(tasks == static_cast<std::int64_t>(begun.tasks.size()));
}

TEST_CASE("shards: --only is cut by itself") {
  auto study = support::small_study(4, 4);
  study.experiments = {experiment("a", {axis("transferred", {1, 2, 3}), axis("per_class", {2, 8})})};

  const auto cut = cut_study(study, support::small_facts(), "per_class == 2", 2);

  CHECK(cut.runs.size() == 12);
  CHECK(cut.tasks.size() == 16);
  CHECK(cut_study(study, support::small_facts(), "no such thing", 2).runs.empty());
}

}  // namespace espalier::plan
