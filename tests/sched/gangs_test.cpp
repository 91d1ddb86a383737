// Groups of workers: gangs start together, nobody starves, and the loss of one is the end of all.
#include "espalier/sched/simulate.hpp"
#include "sched/sched_builders.hpp"

using namespace espalier;
using namespace espalier::sched;

namespace {

AddedTask for_group(const std::string& name, std::int32_t workers, double cost_s) {
  AddedTask one = added(name, cost_s);
  one.task.form.workers = workers;
  return one;
}

}  // namespace

TEST_CASE("group: it waits until all its workers are free; one that is free meanwhile does what ends in time") {
  Scene scene;
  scene.hello(1);
  scene.hello(2);
  auto answer = scene.add({added("a", 100), added("b", 60)});
  const auto a = answer.assigned(1, "a");
  const auto b = answer.assigned(2, "b");
  scene.add({for_group("gang", 2, 50), added("long", 45), added("short", 30)});
  scene.now = 60;

  auto free = scene.ended(b, task::End::done, 60);
  free.fact<AttemptBegun>();
  free.ended("b", task::RunState::done);
  const auto small = free.assigned(2, "short");  // 40 s are left until worker 1 is free: 45 would be too long
  free.nothing_else();

  scene.now = 90;
  scene.ended(small, task::End::done, 30);
  scene.now = 100;
  auto both = scene.ended(a, task::End::done, 100);
  both.fact<AttemptBegun>();
  both.ended("a", task::RunState::done);
  const auto bundle = both.bundle(1);
  CHECK(bundle.tasks.front().task.id == id("gang"));
  CHECK((bundle.group.members == std::vector<WorkerId>{{1}, {2}}));
  CHECK(bundle.group.id != 0);
  both.nothing_else();  // nobody is free for "long"
}

TEST_CASE("group: when a member is lost the others are called off, and all of them can be used again") {
  Scene scene;
  for (const int worker : {1, 2, 3}) scene.hello(worker);
  const auto bundle = scene.add({for_group("gang", 3, 50)}).bundle(1);
  scene.started(bundle.tasks.front());

  auto commands = scene.scheduler.on(
      protocol::TrainerFailure{
          {3}, task::FailureCause::killed, 9, 0, "", {{id("gang"), bundle.tasks.front().fence}}, {}},
      1);

  REQUIRE(commands.disband.size() == 2);
  CHECK(commands.disband[0].first == WorkerId{1});
  CHECK(commands.disband[1].first == WorkerId{2});
  CHECK(commands.disband[0].second.group == bundle.group.id);
  REQUIRE(commands.dispatches.size() == 1);  // again, as a new group of all three
  CHECK(commands.dispatches[0].bundle.group.id != bundle.group.id);
  CHECK(commands.dispatches[0].bundle.group.members.size() == 3);
  CHECK(commands.dispatches[0].bundle.tasks.front().fence != bundle.tasks.front().fence);
  // What the other members' agents say of the old attempt has no meaning any more.
  auto late = scene.on(protocol::TrainerFailure{
      {1}, task::FailureCause::hung, 9, 0, "", {{id("gang"), bundle.tasks.front().fence}}, {}});
  late.nothing_else();
}

TEST_CASE("group: a member that did its part may leave in a stop while the leader saves") {
  Scene scene;
  for (const int worker : {1, 2, 3}) scene.hello(worker);
  const auto bundle = scene.add({for_group("gang", 3, 50)}).bundle(1);
  const auto order = bundle.tasks.front();
  scene.started(order).fact<AttemptBegun>();
  CHECK(scene.on(StopRequested{}).stops().size() == 3);

  scene.on(protocol::Goodbye{{2}, bundle.group.id}).nothing_else();
  scene.on(protocol::Goodbye{{3}, bundle.group.id}).nothing_else();

  auto saved =
      scene.on(protocol::CheckpointMade{order.fence, order.task.id, task::ArtifactKind::training, {2, 1}, {"c"}});
  CHECK(saved.fact<protocol::CheckpointMade>().at == task::Moment{2, 1});
  scene.ended(order, task::End::stopped).ended("gang", task::RunState::waiting);
  scene.on(protocol::Goodbye{{1}, bundle.group.id}).nothing_else();
  CHECK(scene.scheduler.all_left());
}

TEST_CASE("group: a member that leaves without having had the bundle calls the others off") {
  Scene scene;
  scene.hello(1);
  scene.hello(2);
  const auto bundle = scene.add({for_group("gang", 2, 50)}).bundle(1);
  scene.on(StopRequested{});
  const int first = GENERATE(1, 2);
  const std::uint64_t ended = GENERATE_COPY(std::uint64_t{0}, bundle.group.id + 1);

  const auto commands = scene.scheduler.on(protocol::Goodbye{{first}, ended}, 1);

  REQUIRE(commands.disband.size() == 1);
  CHECK(commands.disband[0].first == WorkerId{3 - first});
}

TEST_CASE("group: the loss of a leader after its members have left is a loss like others") {
  Scene scene;
  scene.hello(1);
  scene.hello(2);
  const auto bundle = scene.add({for_group("gang", 2, 50)}).bundle(1);
  scene.started(bundle.tasks.front()).fact<AttemptBegun>();
  scene.on(StopRequested{});
  scene.on(protocol::Goodbye{{2}, bundle.group.id}).nothing_else();

  auto answer = scene.lost(1, bundle.tasks.front());

  CHECK_FALSE(answer.fact<AttemptLost>().charged);
  answer.nothing_else();
}

TEST_CASE("group: fewer workers than planned make a smaller group, and it is said") {
  Scene scene;
  scene.hello(1);
  scene.hello(2);
  auto answer = scene.add({for_group("gang", 4, 50)});
  CHECK(answer.bundle(1).group.members.size() == 2);
  CHECK(answer.warnings().size() == 1);
}

TEST_CASE("group: a source trained by a group sets its dependents free for all its workers") {
  Scene scene;
  scene.hello(1);
  scene.hello(2);
  auto answer = scene.add({for_group("source", 2, 50), added("x", 10, {"source"}), added("y", 10, {"source"})});
  const auto source = answer.bundle(1).tasks.front();
  scene.finished_network(source, "network");
  auto then = scene.ended(source);
  then.fact<AttemptBegun>();
  then.ended("source", task::RunState::done);
  then.assigned(1, "x");
  then.assigned(2, "y");
}

TEST_CASE("simulation: groups and single tasks share the workers, failures or not; neither starves") {
  std::vector<AddedTask> tasks;
  for (int i = 0; i < 30; ++i) tasks.push_back(for_group("g" + std::to_string(i), i % 3 == 0 ? 4 : 2, 100));
  for (int i = 0; i < 200; ++i) tasks.push_back(added("s" + std::to_string(i), 20 + i % 7));
  const auto well = simulate(tasks, {8}), failing = simulate(tasks, {8, 1000});

  CHECK(well.unfinished == 0);
  CHECK(well.makespan_s <= 1.15 * well.lower_bound_s);
  CHECK(failing.unfinished == 0);
  CHECK(failing.failures > 0);
  CHECK(failing.makespan_s < 3 * well.makespan_s);
}
