// What the scheduler does about files that are lost, and about work that is given back or cancelled.
#include "sched/sched_builders.hpp"

using namespace espalier;
using namespace espalier::sched;

namespace {

/// "source" is done with network "net", and worker 1 has the first of two tasks that start from it.
struct TwoDependents {
  TwoDependents() {
    scene.hello(1);
    source = scene.add({added("source"), added("x", 5, {"source"}), added("y", 4, {"source"})}).assigned(1, "source");
    scene.started(source);
    scene.finished_network(source, "net");
    x = scene.ended(source).fact_and_assigned("source", "x");
    scene.started(x);
  }
  Scene scene;
  protocol::TaskAssignment source, x;
};

}  // namespace

TEST_CASE("requests: a source whose network is lost is done again, and what needs it waits, charged for nothing") {
  TwoDependents two;

  two.scene.on(ArtifactLost{{"net"}, {1}}).nothing_else();
  auto answer = two.scene.lost_by_machine(1, two.x);

  CHECK_FALSE(answer.fact<AttemptLost>().charged);
  const auto again = answer.assigned(1, "source");  // at once: the worker was right to end
  answer.nothing_else();
  CHECK(two.scene.scheduler.state_of(id("x")) == task::RunState::waiting);
  CHECK(two.scene.scheduler.state_of(id("y")) == task::RunState::waiting);
  two.scene.started(again);
  two.scene.finished_network(again, "net");
  auto end = two.scene.ended(again);
  end.ended("source", task::RunState::done);
  CHECK(end.assigned(1, "x").sources.at(id("source")).hex == "net");
}

TEST_CASE("requests: a source whose network is lost is left alone where nobody needs it any more") {
  Scene scene;
  scene.hello(1);
  const auto alone = scene.add({added("source")}).assigned(1, "source");
  scene.finished_network(alone, "net");
  scene.ended(alone);

  scene.on(ArtifactLost{{"net"}, {1}}).nothing_else();

  CHECK(scene.scheduler.all_ended());
}

TEST_CASE("requests: a dependent that was in work when its source was lost may end") {
  TwoDependents two;
  two.scene.hello(2);

  two.scene.on(ArtifactLost{{"net"}, {2}});

  CHECK(two.scene.scheduler.state_of(id("source")) == task::RunState::ready);
  CHECK(two.scene.ended(two.x).fact<TaskEnded>().state == task::RunState::done);
}

TEST_CASE("requests: a lost training checkpoint lets the task begin from its start") {
  Scene scene;
  scene.hello(1);
  auto known = added("a");
  known.history.resume = {"cc"};
  known.history.resume_at = {30, 0};
  const auto first = scene.add({known}).assigned(1, "a");
  CHECK(first.resume.hex == "cc");

  scene.on(ArtifactLost{{"cc"}, {1}});
  auto answer = scene.lost_by_machine(1, first);

  CHECK(answer.fact<AttemptBegun>().resumed_from == task::Moment{});
  CHECK_FALSE(answer.fact<AttemptLost>().charged);
  CHECK(answer.assigned(1, "a").resume.empty());
}

TEST_CASE("requests: a network that is lost while it is measured asks for another launch") {
  Scene scene;
  scene.hello(1);
  auto known = added("a");
  known.history.finished = {"net"};
  known.history.measure = true;
  scene.add({known}).assigned(1, "a");

  CHECK_FALSE(scene.on(ArtifactLost{{"net"}, {1}}).relaunch().empty());
}

TEST_CASE("requests: failed work that is given back is tried with a full budget, and what was aborted with it") {
  Options options;
  options.crash_budget = 1;
  Scene scene(options);
  scene.hello(1);
  const auto first = scene.add({added("a"), added("b", 1, {"a"})}).assigned(1, "a");
  scene.started(first);
  auto loss = scene.lost(1, first);
  loss.fact<AttemptLost>();
  loss.ended("a", task::RunState::quarantined);
  loss.ended("b", task::RunState::aborted);
  CHECK(scene.scheduler.all_ended());

  auto answer = scene.on(TasksGivenBack{{id("a"), id("b"), id("unknown")}});

  const auto again = answer.assigned(1, "a");
  answer.nothing_else();
  CHECK(again.fence > first.fence);
  CHECK_FALSE(scene.scheduler.all_ended());
  scene.started(again);
  scene.finished_network(again, "net");
  auto end = scene.ended(again);
  end.ended("a", task::RunState::done);
  scene.ended(end.assigned(1, "b")).fact<AttemptBegun>();
  CHECK(scene.scheduler.all_ended());
}

TEST_CASE("requests: given back without the source that failed, a task is aborted again and waits for nobody") {
  Scene scene;
  scene.hello(1);
  const auto first = scene.add({added("a"), added("b", 1, {"a"})}).assigned(1, "a");
  scene.ended(first, task::End::refused);

  auto answer = scene.on(TasksGivenBack{{id("b")}});

  answer.ended("b", task::RunState::aborted);
  answer.nothing_else();
  CHECK(scene.scheduler.all_ended());
}

TEST_CASE("requests: work that is done or in hand is not given back") {
  TwoDependents two;

  two.scene.on(TasksGivenBack{{id("source"), id("x")}}).nothing_else();

  CHECK(two.scene.scheduler.state_of(id("source")) == task::RunState::done);
  CHECK(two.scene.scheduler.state_of(id("x")) == task::RunState::running);
}

TEST_CASE("requests: cancelled tasks end; one in hand is told to, and ends by its own answer") {
  TwoDependents two;

  auto answer = two.scene.on(TasksCancelled{{id("y"), id("x"), id("source")}});

  answer.ended("y", task::RunState::cancelled);
  const auto cancels = answer.cancels();
  REQUIRE(cancels.size() == 1);
  CHECK(cancels.front().first == WorkerId{1});
  CHECK(cancels.front().second.task == id("x"));
  CHECK(cancels.front().second.fence == two.x.fence);
  answer.nothing_else();
  two.scene.ended(two.x, task::End::cancelled).ended("x", task::RunState::cancelled);
  CHECK(two.scene.scheduler.all_ended());
}
