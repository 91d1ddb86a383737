// A launch that goes on over a lost journal takes back what results.h5 still shows, and gives out only the rest.
#include <algorithm>

#include "espalier/store/view.hpp"
#include "runtime/loop_scene.hpp"
#include "runtime/rank0/scheduler_loop.hpp"

using namespace espalier;
using namespace espalier::runtime;

namespace {

/// Ends the first `count` tasks that are given out, and leaves results.h5 and no journal.
std::vector<TaskId> lose_journal_after(LoopScene& scene, std::size_t count) {
  std::vector<TaskId> done;
  auto orders = scene.begin_with_worker();
  while (done.size() < count) {
    REQUIRE(!orders.empty());
    const auto order = orders.front();
    scene.started(order);
    protocol::Rows rows;
    rows.fence = order.fence;
    rows.task = order.task.id;
    rows.rows.push_back({1, 0, metrics::Subset::train, {}, 10, {}});
    scene.arrives(1, rows);
    scene.ended(order);
    scene.turn();
    done.push_back(order.task.id);
    orders.erase(orders.begin());
    for (auto& more : scene.sent_assignments(1)) orders.push_back(more);
  }
  scene.dies();
  scene.world.sent.clear();
  store::write_view(scene.journaled(), scene.options.out);
  std::filesystem::remove_all(scene.options.out / "journal");
  scene.options.damage = Damage::accepted;
  return done;
}

bool contains(const std::vector<TaskId>& ids, const TaskId& id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

}  // namespace

TEST_CASE("loop: a lost journal is taken back from results.h5 before anything is given out") {
  LoopScene scene(1, {"a", "b", "c"});
  const auto done = lose_journal_after(scene, 2);

  const auto orders = scene.begin_with_worker();

  REQUIRE(orders.size() == 1);
  CHECK_FALSE(contains(done, orders[0].task.id));
  const auto state = scene.journaled();
  for (const auto& id : done) {
    CHECK(state.tasks.at(id).state == task::RunState::done);
    CHECK(state.tasks.at(id).rows.size() == 1);
  }
  CHECK(std::any_of(state.warnings.begin(), state.warnings.end(), [](const auto& one) {
    return one.find("came back from results") != std::string::npos &&
           one.find("2 rows and 0 files of 2 finished tasks") != std::string::npos;
  }));
}

TEST_CASE("loop: what is taken back is in the numeric form that the view names") {
  LoopScene scene(1, {"a"});
  scene.planned.plan.tasks[0].form.cached_units = 2;
  lose_journal_after(scene, 1);
  scene.planned.plan.tasks[0].form.cached_units = 3;

  scene.begin();

  CHECK(scene.journaled().tasks.at(task_id("a")).task.form.cached_units == 2);
}

TEST_CASE("loop: tasks that only a later plan names are taken back then, and not those that run") {
  LoopScene scene(1, {"a", "b"});
  const auto done = lose_journal_after(scene, 2);
  const auto plan = scene.planned;
  std::erase_if(scene.planned.plan.tasks, [&](const auto& task) { return task.id == done[1]; });
  std::erase_if(scene.planned.plan.runs, [&](const auto& run) { return run.task == done[1]; });
  scene.plan("c");
  const auto orders = scene.begin_with_worker();
  REQUIRE(orders.size() == 1);
  CHECK(orders[0].task.id == task_id("c"));
  scene.started(orders[0]);
  scene.turn();
  CHECK_FALSE(scene.journaled().tasks.contains(done[1]));

  scene.planned.plan.tasks.push_back(plan.plan.tasks[done[1] == task_id("a") ? 0 : 1]);
  scene.planned.plan.runs.push_back(plan.plan.runs[done[1] == task_id("a") ? 0 : 1]);
  store::leave_request(scene.options.out, "retry", 1, {});  // plans again
  scene.turn(1);

  CHECK(scene.state_of("a") == task::RunState::done);
  CHECK(scene.state_of("b") == task::RunState::done);
  CHECK(scene.state_of("c") == task::RunState::running);
  CHECK(scene.sent_assignments(1).empty());
}

TEST_CASE("loop: a later launch of such a directory takes nothing back twice") {
  LoopScene scene(1, {"a", "b"});
  lose_journal_after(scene, 1);
  scene.begin();
  scene.dies();
  const auto once = scene.journaled();
  scene.options.damage = Damage::refused;

  scene.begin();

  const auto twice = scene.journaled();
  CHECK(twice.warnings == once.warnings);
  CHECK(twice.tasks.at(task_id("a")).attempts.size() == once.tasks.at(task_id("a")).attempts.size());
}
