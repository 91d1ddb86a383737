// When rank 0 plans again, and what it then journals and gives the scheduler.
#include "runtime/rank0/replanning.hpp"

#include "espalier/core/errors.hpp"
#include "runtime/loop_scene.hpp"
#include "support/rows.hpp"

using namespace espalier;
using namespace espalier::runtime;

TEST_CASE("replanning: a selection whose tasks have ended is made at once, and its tasks are ordered") {
  LoopScene scene(1, {"a"});
  scene.planned.plan.pending.push_back({"selection", {task_id("a")}});
  const auto assignments = scene.begin_with_worker();
  scene.planned.plan.pending.clear();
  scene.plan("b");
  scene.planned.plan.catalog.label_maps["map"] = {};

  scene.ended(assignments.at(0));
  scene.turn();
  CHECK(scene.plans == 2);
  scene.nothing_sent();  // until what was planned is committed with the next round
  CHECK_FALSE(scene.loop().is_over());
  scene.turn();

  CHECK(scene.sent<protocol::CatalogUpdate>(1).catalog.label_maps.contains("map"));
  CHECK(scene.sent_assignments(1).at(0).task.id == task_id("b"));
  scene.nothing_sent();
  CHECK(scene.journaled().runs.size() == 2);
}

TEST_CASE("replanning: an end that makes no selection due asks for no plan") {
  LoopScene scene(1, {"a", "b"});
  scene.planned.plan.pending.push_back({"selection", {task_id("a"), task_id("b")}});
  const auto assignments = scene.begin_with_worker();

  scene.ended(assignments.at(0));
  scene.turn();

  CHECK(scene.plans == 1);
}

TEST_CASE("replanning: a directory that other threads began is refused before anything is planned") {
  LoopScene scene;
  scene.begin();
  scene.dies();
  scene.options.study.threads = 2;

  CHECK_THROWS_AS(scene.begin(), UsageError);
  CHECK(scene.plans == 1);
  scene.dies();

  scene.options.new_form = NewForm::accepted;
  CHECK_NOTHROW(scene.begin());
}

TEST_CASE("replanning: a study with errors is refused with each of them") {
  LoopScene scene;
  auto& wrong = scene.planned.plan.diagnostics.emplace_back();
  wrong.problem.problem = "no such data";

  CHECK_THROWS_WITH(scene.begin(), Catch::Contains("study.toml cannot be planned") && Catch::Contains("no such data"));
}

TEST_CASE("replanning: the form a task was journaled with stays, unless --new-form replaces that of an open task") {
  LoopScene scene;
  scene.begin();
  scene.dies();
  scene.planned.plan.tasks[0].form.cached_units = 2;
  const auto form = [&] { return scene.journaled().tasks.at(task_id("a")).task.form.cached_units; };

  scene.begin();
  CHECK(form() == 0);
  scene.dies();
  scene.options.new_form = NewForm::accepted;
  scene.begin();
  CHECK(form() == 2);
}

TEST_CASE("replanning: a shard lists all tasks with their forms, and works on its own") {
  LoopScene scene(1, {"a", "b"});
  scene.options.whole_study = false;
  scene.planned.plan.tasks[1].form.cached_units = 2;
  scene.planned.works_on = {task_id("a")};

  const auto assignments = scene.begin_with_worker();
  REQUIRE(assignments.size() == 1);
  CHECK(assignments[0].task.id == task_id("a"));
  scene.ended(assignments[0]);
  scene.turn();
  scene.turn();
  scene.loop().is_over();

  CHECK(scene.loop().finish() == static_cast<int>(ExitCode::done));
  CHECK(scene.state_of("b") == task::RunState::waiting);
  scene.dies();
  scene.world.sent.clear();
  scene.planned.plan.tasks[1].form.cached_units = 1;
  scene.planned.works_on = {task_id("b")};
  CHECK(scene.begin_with_worker().at(0).task.form.cached_units == 2);  // as the first shard fixed it
}

TEST_CASE("replanning: a launch goes on from the checkpoint that an earlier one journaled") {
  LoopScene scene;
  auto assignments = scene.begin_with_worker();
  scene.started(assignments.at(0));
  scene.made(assignments.at(0), 'f');
  scene.turn();
  scene.dies();

  SECTION("its file is there") {
    assignments = scene.begin_with_worker();
    CHECK(assignments.at(0).resume == artifact('f'));
  }
  SECTION("its file is gone") {
    std::filesystem::remove(scene.in_place('f'));
    assignments = scene.begin_with_worker();
    CHECK(assignments.at(0).resume.empty());
  }
  CHECK(assignments.at(0).fence.segment == 2);
}

TEST_CASE("replanning: what memory did not suffice for in earlier launches is tried once in this one") {
  LoopScene scene;
  for (int launch = 0; launch < kMachineBudget; ++launch) {
    auto assignments = scene.begin_with_worker();
    scene.lacks_memory(assignments.at(0));
    scene.turn();
    scene.dies();
  }
  auto assignments = scene.begin_with_worker();
  scene.lacks_memory(assignments.at(0));

  for (int i = 0; i < 3; ++i) scene.turn(100);

  scene.loop().is_over();
  CHECK(scene.loop().finish() == static_cast<int>(ExitCode::environment));
  CHECK_FALSE(task::is_final(scene.state_of("a")));
}

TEST_CASE("replanning: more to record than a running task can leaves the launch a stopped one") {
  LoopScene scene(1, {"a", "b"});
  scene.planned.plan.pending.push_back({"selection", {task_id("a")}});
  auto assignments = scene.begin_with_worker();
  scene.ended(assignments.at(0));
  scene.planned.plan.pending.clear();
  scene.planned.plan.tasks[0].record = testing::made_record({metrics::Subset::train_eval});
  scene.turn();
  for (auto& assignment : scene.sent_assignments(1)) assignments.push_back(assignment);
  for (std::size_t i = 1; i < assignments.size(); ++i) scene.ended(assignments[i]);
  scene.turn();
  scene.turn();

  CHECK(scene.plans == 2);
  CHECK(scene.loop().finish() == static_cast<int>(ExitCode::stopped));
}

TEST_CASE("replanning: the kept network of a done task is measured on what is new, and on that alone") {
  using metrics::Subset;
  LoopScene scene;
  scene.planned.plan.tasks[0].record = testing::made_record({Subset::valid});
  auto assignments = scene.begin_with_worker();
  scene.started(assignments.at(0));
  const auto end = task::training(assignments.at(0).task).length;
  auto row = testing::measured_row(end.epoch, Subset::valid, 1, 5, 8, 10);
  row.step = end.step;
  scene.arrives(1, protocol::Rows{assignments.at(0).fence, assignments.at(0).task.id, {row}});
  scene.made(assignments.at(0), 'f', task::ArtifactKind::finished);
  scene.ended(assignments.at(0));
  scene.turn();
  scene.dies();
  scene.planned.plan.tasks[0].record = testing::made_record({Subset::valid, Subset::test});

  SECTION("its file is there") {
    assignments = scene.begin_with_worker();
    CHECK(assignments.at(0).finished == artifact('f'));
    CHECK(assignments.at(0).task.record.evaluations == testing::made_record({Subset::test}).evaluations);
  }
  SECTION("its file is gone: it is trained again") {
    std::filesystem::remove(scene.in_place('f'));
    assignments = scene.begin_with_worker();
    CHECK(assignments.at(0).finished.empty());
    CHECK(assignments.at(0).task.record.evaluations.size() == 2);
  }
}
