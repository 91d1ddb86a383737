#include "sched/sched_builders.hpp"

using namespace espalier;
using namespace espalier::sched;
TEST_CASE("loss: a trainer's crash costs one attempt and is charged") {
  Scene scene;
  scene.hello(1);
  const auto first = scene.add({added("a")}).assigned(1, "a");
  scene.started(first);

  auto answer = scene.lost(1, first);

  CHECK(answer.fact<AttemptLost>().charged);
  CHECK(answer.assigned(1, "a").fence == Fence{4, 2});
  answer.nothing_else();
}

TEST_CASE("loss: a task goes on from its last checkpoint") {
  Scene scene;
  scene.hello(1);
  const auto first = scene.add({added("a")}).assigned(1, "a");
  scene.started(first);
  scene.on(protocol::CheckpointMade{first.fence, id("a"), task::ArtifactKind::training, {2, 0}, {"cc"}});

  auto answer = scene.lost(1, first);

  answer.fact<AttemptLost>();
  CHECK(answer.assigned(1, "a").resume.hex == "cc");
}

TEST_CASE("loss: a task that crashes its trainer beyond its budget is quarantined, and what needs it aborted") {
  Scene scene;
  for (int worker = 1; worker <= 2; ++worker) scene.hello(worker);
  scene.add({added("a"), added("b", 1, {"a"})});
  protocol::TaskAssignment assignment{{4, 1}, added("a").task};
  for (int attempt = 1; attempt <= 2; ++attempt) {
    scene.started(assignment);
    auto answer = scene.lost(attempt, assignment);
    CHECK(answer.fact<AttemptLost>().charged);
    assignment = answer.assigned(attempt % 2 + 1, "a");
  }
  scene.started(assignment);

  auto answer = scene.lost(1, assignment);

  CHECK(answer.fact<AttemptLost>().charged);
  const auto end = answer.fact<TaskEnded>();
  CHECK((end.task == id("a") && end.state == task::RunState::quarantined));
  CHECK(end.fence > assignment.fence);  // the loss has ended that attempt: a second end of it would not count
  answer.ended("b", task::RunState::aborted);
  answer.nothing_else();
}

TEST_CASE(
    "loss: an attempt lost before it said so counts from its checkpoint, so that no row before that is given up") {
  Scene scene;
  for (int worker = 1; worker <= 2; ++worker) scene.hello(worker);
  auto known = added("a");
  known.history.resume = {"cc"};
  known.history.resume_at = {30, 0};
  const auto assignment = scene.add({known}).assigned(1, "a");

  auto answer = scene.lost(1, assignment);

  CHECK(answer.fact<AttemptBegun>().resumed_from == task::Moment{30, 0});
  CHECK(answer.fact<AttemptLost>().charged);
  CHECK(answer.assigned(2, "a").resume.hex == "cc");
}

TEST_CASE("loss: what the machine could not do is never charged; task and worker rest, for longer each time") {
  Scene scene;
  scene.hello(1);
  auto assignment = scene.add({added("a")}).assigned(1, "a");
  double rest = 1;
  for (int loss = 1; loss <= 4; ++loss, rest *= 2) {
    scene.started(assignment);
    auto answer = scene.lost_by_machine(1, assignment);
    CHECK_FALSE(answer.fact<AttemptLost>().charged);
    answer.nothing_else();
    scene.tick(rest - 0.1).nothing_else();
    auto after = scene.tick(0.2);
    assignment = after.assigned(1, "a");
    after.nothing_else();
  }
}

TEST_CASE("loss: a worker whose machine fails all the time gets no more tasks, and the launch ends with work left") {
  Scene scene;
  scene.hello(1);
  std::vector<AddedTask> many;
  for (const char* name : {"a", "b", "c", "d", "e", "f"}) many.push_back(added(name));
  auto assignment = scene.add(many).assigned(1, "a");
  for (int loss = 1; loss <= 5; ++loss) {
    scene.started(assignment);
    auto answer = scene.lost_by_machine(1, assignment);
    CHECK_FALSE(answer.fact<AttemptLost>().charged);
    if (loss < 5) {
      answer.nothing_else();
      assignment = scene.tick(60).any(1);
      continue;
    }
    CHECK(answer.warnings().size() == 1);
    CHECK(answer.give_up().find("no space left") != std::string::npos);
    answer.nothing_else();
  }
  for (const auto& one : many) CHECK_FALSE(task::is_final(scene.scheduler.state_of(one.task.id)));
}

TEST_CASE(
    "loss: a task that no machine can do does not end the others, nor itself; when only it is left the launch ends") {
  Options options;
  options.machine_budget = 2;
  Scene scene(options);
  for (int worker = 1; worker <= 2; ++worker) scene.hello(worker);
  auto begin = scene.add({added("a", 30), added("b", 20), added("needs a", 1, {"a"})});
  auto cursed = begin.assigned(1, "a");
  const auto other = begin.assigned(2, "b");
  scene.started(cursed);
  scene.started(other);
  scene.lost_by_machine(1, cursed).fact<AttemptLost>();
  cursed = scene.tick(2).assigned(1, "a");
  scene.started(cursed);
  scene.scheduler.on(protocol::Hello{{3}}, scene.now);

  auto last = scene.lost_by_machine(1, cursed);

  CHECK_FALSE(last.fact<AttemptLost>().charged);
  last.warnings();  // worker 1 is out of service
  last.nothing_else();
  scene.tick(100).nothing_else();
  scene.ended(other).ended("b", task::RunState::done);
  scene.tick(1).nothing_else();
  auto end = scene.tick(1);
  CHECK_THAT(end.give_up(), Catch::Contains("could not do 1 of the tasks") && Catch::Contains("no space left"));
  end.nothing_else();
  CHECK(scene.scheduler.state_of(id("a")) == task::RunState::waiting);
  CHECK(scene.scheduler.state_of(id("needs a")) == task::RunState::waiting);
}

TEST_CASE("loss: a success clears a worker of its machine's faults") {
  Scene scene;
  scene.hello(1);
  auto assignment = scene.add({added("a"), added("b"), added("c"), added("d")}).assigned(1, "a");
  for (const char* next : {"b", "c", "d"}) {
    scene.lost_by_machine(1, assignment);
    assignment = scene.tick(60).assigned(1, next);
  }
  scene.started(assignment);
  assignment = scene.ended(assignment).fact_and_assigned("d", "a");

  scene.lost_by_machine(1, assignment);

  scene.tick(0.9).nothing_else();
  scene.tick(0.2).any(1);
}

TEST_CASE("loss: what was queued comes back uncharged and goes out again") {
  Options options;
  options.window_tasks = 3;
  Scene scene(options);
  scene.hello(1);
  auto begin = scene.add({added("a", 0), added("b", 0), added("c", 0)});
  const auto first = begin.assigned(1, "a");
  scene.started(first);

  auto answer = scene.lost(1, first, {"b", "c"});

  CHECK(answer.fact<AttemptLost>().lost.in_hand.at(0).task == id("a"));
  answer.assigned(1, "b");
  answer.assigned(1, "c");
  answer.assigned(1, "a");  // the task just lost here goes last
  answer.nothing_else();
}

TEST_CASE("loss: a worker that loses different tasks is taken out of service, the last loss uncharged") {
  Scene scene;
  scene.hello(1);
  auto begin = scene.add({added("a"), added("b"), added("c"), added("d")});
  auto assignment = begin.assigned(1, "a");
  for (const char* next : {"b", "c"}) {
    scene.started(assignment);
    auto answer = scene.lost(1, assignment);
    CHECK(answer.fact<AttemptLost>().charged);
    assignment = answer.assigned(1, next);
    answer.nothing_else();
  }
  scene.hello(2).assigned(2, "a");
  scene.started(assignment);

  auto answer = scene.lost(1, assignment);

  CHECK_FALSE(answer.fact<AttemptLost>().charged);
  CHECK(answer.warnings().size() == 1);
  answer.nothing_else();
}

TEST_CASE("loss: a success clears a worker's record") {
  Scene scene;
  scene.hello(1);
  auto assignment = scene.add({added("a"), added("b"), added("c"), added("d"), added("e")}).assigned(1, "a");
  for (const char* next : {"b", "c"}) {
    auto answer = scene.lost(1, assignment);
    answer.fact<AttemptBegun>();
    answer.fact<AttemptLost>();
    assignment = answer.assigned(1, next);
  }
  scene.started(assignment);
  auto success = scene.ended(assignment);
  success.ended("c", task::RunState::done);
  assignment = success.assigned(1, "d");

  auto answer = scene.lost(1, assignment);

  answer.fact<AttemptBegun>();
  answer.fact<AttemptLost>();
  CHECK(answer.warnings().empty());
}

TEST_CASE("loss: when no worker is left in service the launch gives up and says where to look") {
  Scene scene;
  scene.hello(1);
  auto assignment = scene.add({added("a"), added("b"), added("c"), added("d")}).assigned(1, "a");
  for (const char* next : {"b", "c"}) {
    auto answer = scene.lost(1, assignment);
    answer.fact<AttemptBegun>();
    answer.fact<AttemptLost>();
    assignment = answer.assigned(1, next);
  }

  auto answer = scene.lost(1, assignment);

  CHECK_THAT(answer.give_up(), Catch::Contains("logs/worker-1.log"));
}

TEST_CASE("loss: a trainer killed because of a stop charges nobody") {
  Scene scene;
  scene.hello(1);
  const auto assignment = scene.add({added("a")}).assigned(1, "a");
  scene.started(assignment);
  scene.on(StopRequested{});

  auto answer = scene.lost(1, assignment);

  CHECK_FALSE(answer.fact<AttemptLost>().charged);
  answer.nothing_else();
}

TEST_CASE("loss: an agent that leaves gives its tasks back") {
  Scene scene;
  scene.hello(1);
  scene.add({added("a")}).assigned(1, "a");

  scene.on(protocol::Goodbye{{1}}).nothing_else();

  CHECK(scene.scheduler.state_of(id("a")) == task::RunState::ready);
  scene.hello(2).assigned(2, "a");
}

TEST_CASE("loss: an agent that says it is well while its trainer is silent is not taken for lost") {
  Scene scene;
  scene.hello(1);
  scene.add({added("a")}).assigned(1, "a");
  const int limit = static_cast<int>(Options{}.hang_s + Options{}.agent_grace_s);
  for (int i = 0; i < 3; ++i) {
    scene.silent_for(limit).nothing_else();
    scene.on(protocol::Alive{{1}}).nothing_else();
  }

  scene.silent_for(limit).nothing_else();
  CHECK_FALSE(scene.tick(1).relaunch().empty());
  scene.on(protocol::Alive{{9}}).nothing_else();
}

TEST_CASE("loss: a task that memory did not suffice for in earlier launches is tried once in this one") {
  Scene scene;
  for (int worker = 1; worker <= 2; ++worker) scene.hello(worker);
  auto too_big = added("a");
  too_big.history.memory_losses = Options{}.machine_budget;
  const auto assignment = scene.add({too_big}).assigned(1, "a");
  scene.started(assignment);

  SECTION("where it lacks memory again, it is left to the next launch") {
    CHECK_FALSE(scene.lost_for_memory(1, assignment).fact<AttemptLost>().charged);
    scene.tick(100).nothing_else();
    CHECK_THAT(scene.tick(1).give_up(), Catch::Contains("could not do 1 of the tasks"));
    CHECK(scene.scheduler.state_of(id("a")) == task::RunState::waiting);
  }
  SECTION("one that has saved meanwhile has all its tries") {
    scene.on(protocol::CheckpointMade{assignment.fence, id("a"), task::ArtifactKind::training, {2, 0}, {"cc"}});
    scene.lost_for_memory(1, assignment).fact<AttemptLost>();
    scene.tick(2).any(2);
  }
  SECTION("on request, too") {
    scene.lost_for_memory(1, assignment).fact<AttemptLost>();
    const auto again = scene.on(TasksGivenBack{{id("a")}}).assigned(2, "a");
    scene.started(again);
    scene.lost_for_memory(2, again).fact<AttemptLost>();
    scene.tick(5).any(1);
  }
}
