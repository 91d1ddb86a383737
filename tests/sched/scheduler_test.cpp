#include "espalier/sched/scheduler.hpp"

#include "sched/sched_builders.hpp"

using namespace espalier;
using namespace espalier::sched;
TEST_CASE("scheduler: the longest path goes first, and a pretraining carries what waits for it") {
  Scene scene;
  scene.hello(1).nothing_else();

  auto answer = scene.add({added("short", 5), added("pretraining", 3), added("long run", 9, {"pretraining"})});

  answer.assigned(1, "pretraining");
  answer.nothing_else();
  CHECK(scene.scheduler.state_of(id("long run")) == task::RunState::waiting);
}

TEST_CASE("scheduler: an order carries a fence, the sources' networks and the checkpoint to go on from") {
  Scene scene;
  auto source = added("source");
  source.history = {.state = task::RunState::done, .attempts = 1, .finished = {"aa"}};
  auto run = added("run", 10, {"source"});
  run.history = {.attempts = 2, .charged = 1, .resume = {"cc"}};
  scene.add({source, run}).nothing_else();

  auto answer = scene.hello(1);

  const auto assignment = answer.assigned(1, "run");
  answer.nothing_else();
  CHECK(assignment.fence == Fence{4, 3});
  CHECK(assignment.sources.at(id("source")).hex == "aa");
  CHECK(assignment.resume.hex == "cc");
}

TEST_CASE("scheduler: a dependent starts when its source is done, with the source's network") {
  Scene scene;
  scene.hello(1);
  const auto source = scene.add({added("source"), added("run", 1, {"source"})}).assigned(1, "source");
  scene.started(source).fact<AttemptBegun>();
  scene.finished_network(source, "aa").fact<protocol::CheckpointMade>();

  auto answer = scene.ended(source);

  answer.ended("source", task::RunState::done);
  CHECK(answer.assigned(1, "run").sources.at(id("source")).hex == "aa");
  answer.nothing_else();
}

TEST_CASE("scheduler: what is aborted says which source failed, and of what") {
  Scene scene;
  scene.hello(1);
  const auto source =
      scene.add({added("source"), added("run", 1, {"source"}), added("onward", 1, {"run"})}).assigned(1, "source");
  scene.started(source);

  auto answer =
      scene.on(protocol::Ended{source.fence, source.task.id, task::End::diverged, "loss is NaN in epoch 3", 10});

  answer.ended("source", task::RunState::failed);
  CHECK(answer.fact<TaskEnded>().cause == "its source source failed: diverged: loss is NaN in epoch 3");
  CHECK(answer.fact<TaskEnded>().cause ==
        "its source run aborted: its source source failed: diverged: loss is NaN in epoch 3");
}

TEST_CASE("scheduler: what needs a failed task is aborted, all the way down") {
  Scene scene;
  scene.hello(1);
  const auto source =
      scene.add({added("source"), added("run", 1, {"source"}), added("onward", 1, {"run"})}).assigned(1, "source");
  scene.started(source);

  auto answer = scene.ended(source, task::End::diverged);

  answer.ended("source", task::RunState::failed);
  answer.ended("run", task::RunState::aborted);
  answer.ended("onward", task::RunState::aborted);
  answer.nothing_else();
  CHECK(scene.scheduler.all_ended());
}

TEST_CASE("scheduler: a source that kept no network aborts what needs it") {
  Scene scene;
  scene.hello(1);
  const auto source = scene.add({added("source"), added("run", 1, {"source"})}).assigned(1, "source");
  scene.started(source);

  auto answer = scene.ended(source);

  answer.ended("source", task::RunState::done);
  CHECK_THAT(answer.fact<TaskEnded>().cause, Catch::Contains("kept no network"));
  answer.nothing_else();
}

TEST_CASE(
    "scheduler: a network that is asked for while its task is in work, or after its end, is made by doing it again") {
  for (const bool in_work : {true, false}) {
    INFO(in_work);
    Scene scene;
    auto wider = added("source");
    wider.task.record.keep = task::Keep::last;
    scene.hello(1);
    const auto first = scene.add({added("source")}).assigned(1, "source");
    scene.started(first);
    if (!in_work) scene.ended(first).ended("source", task::RunState::done);
    auto answer = scene.add({wider, added("run", 1, {"source"})});
    if (in_work) {
      answer.nothing_else();
      answer = scene.ended(first);
      answer.ended("source", task::RunState::done);
    }

    const auto again = answer.assigned(1, "source");

    CHECK(again.task.record.keep == task::Keep::last);
    scene.started(again);
    scene.finished_network(again, "net");
    answer = scene.ended(again);
    answer.ended("source", task::RunState::done);
    answer.assigned(1, "run");
    answer.nothing_else();
  }
}

TEST_CASE("scheduler: a done task without a network is done again when a later run needs it") {
  Scene scene;
  auto source = added("source");
  source.history = {task::RunState::done, 1, 0, {}, {}};
  scene.hello(1);
  scene.add({source}).nothing_else();
  CHECK(scene.scheduler.all_ended());

  auto answer = scene.add({added("run", 1, {"source"})});

  answer.assigned(1, "source");
  answer.nothing_else();
}

TEST_CASE("scheduler: messages with an old fence are dropped") {
  Scene scene;
  scene.hello(1);
  scene.hello(2);
  const auto first = scene.add({added("a")}).assigned(1, "a");
  scene.started(first);
  const auto second = [&] {
    auto answer = scene.lost(1, first);
    answer.fact<AttemptLost>();
    auto again = answer.assigned(2, "a");
    answer.nothing_else();
    return again;
  }();
  CHECK(first.fence < second.fence);

  scene.on(protocol::Rows{first.fence, id("a"), {metrics::Row{}}}).nothing_else();
  scene.finished_network(first, "aa").nothing_else();
  scene.ended(first).nothing_else();

  scene.started(second).fact<AttemptBegun>();
  auto answer = scene.ended(second);
  answer.ended("a", task::RunState::done);
  answer.nothing_else();
}

TEST_CASE("scheduler: an end is accepted once") {
  Scene scene;
  scene.hello(1);
  const auto assignment = scene.add({added("a")}).assigned(1, "a");
  scene.started(assignment);
  scene.ended(assignment).ended("a", task::RunState::done);

  scene.ended(assignment).nothing_else();
}

TEST_CASE("scheduler: long tasks are not queued behind each other") {
  Scene scene;
  scene.hello(1);

  auto answer = scene.add({added("a"), added("b"), added("c")});

  answer.assigned(1, "a");
  answer.nothing_else();
}

TEST_CASE("scheduler: short tasks are queued once it is known that they are short") {
  Scene scene;
  scene.hello(1);
  std::vector<AddedTask> many;
  for (int i = 0; i < 9; ++i) many.push_back(added("t" + std::to_string(i), 0.05));
  const auto first = scene.add(many).assigned(1, "t0");
  scene.started(first);

  auto answer = scene.ended(first, task::End::done, 0.05);

  answer.ended("t0", task::RunState::done);
  for (int i = 1; i <= 5; ++i) answer.assigned(1, "t" + std::to_string(i));
  answer.nothing_else();
}

TEST_CASE("scheduler: tasks without cost fill the window") {
  Options options;
  options.window_tasks = 3;
  Scene scene(options);
  scene.hello(1);

  auto answer = scene.add({added("a", 0), added("b", 0), added("c", 0), added("d", 0)});

  answer.assigned(1, "a");
  answer.assigned(1, "b");
  answer.assigned(1, "c");
  answer.nothing_else();
}

TEST_CASE("scheduler: after a stop nothing is assigned, and what was in hand waits") {
  Scene scene;
  scene.hello(1);
  const auto assignment = scene.add({added("a"), added("b")}).assigned(1, "a");
  scene.started(assignment);

  auto stop = scene.on(StopRequested{});
  CHECK(stop.stops() == std::vector<WorkerId>{{1}});
  stop.nothing_else();
  scene.on(StopRequested{}).nothing_else();

  auto answer = scene.ended(assignment, task::End::stopped);
  answer.ended("a", task::RunState::waiting);
  answer.nothing_else();
  CHECK_FALSE(scene.scheduler.all_left());
  scene.on(protocol::Goodbye{{1}}).nothing_else();
  CHECK(scene.scheduler.all_left());
  CHECK_FALSE(scene.scheduler.all_ended());
}

TEST_CASE("scheduler: a worker that comes after a stop is stopped") {
  Scene scene;
  scene.on(StopRequested{});

  CHECK(scene.hello(3).stops() == std::vector<WorkerId>{{3}});
}

TEST_CASE("scheduler: an agent that is silent longer than its own watch is given up") {
  Scene scene;
  scene.hello(1);
  const auto assignment = scene.add({added("a")}).assigned(1, "a");
  scene.silent_for(350).nothing_else();
  scene.on(protocol::Progress{assignment.fence, assignment.task.id}).nothing_else();
  scene.silent_for(360).nothing_else();

  CHECK_THAT(scene.tick(1).relaunch(), Catch::Contains("agent 1 has not answered for 361 s"));
}

TEST_CASE("scheduler: time in which this process was suspended, or at a plan, is no silence of an agent") {
  Scene scene;
  scene.hello(1);
  scene.add({added("a")}).assigned(1, "a");
  scene.silent_for(350).nothing_else();

  for (int i = 0; i < 4; ++i) scene.tick(1e5).nothing_else();

  CHECK_FALSE(scene.silent_for(3).relaunch().empty());
}
