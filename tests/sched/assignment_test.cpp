// What goes to one worker together.
#include "sched/sched_builders.hpp"

using namespace espalier;
using namespace espalier::sched;

namespace {

std::vector<std::string> names(const protocol::Bundle& bundle) {
  std::vector<std::string> all;
  for (const auto& one : bundle.tasks) all.push_back(one.task.id.hex.str());
  return all;
}

}  // namespace

TEST_CASE("bundle: a family goes to one worker, and costs what its tree costs") {
  Scene scene;
  scene.add({training("a", 1, {7}), training("b", 2, {7}), training("c", 3, {7})});
  const auto commands = scene.scheduler.on(protocol::Hello{{1}}, 0);

  REQUIRE(commands.dispatches.size() == 1);
  CHECK((names(commands.dispatches[0].bundle) == std::vector<std::string>{"a", "b", "c"}));
  CHECK(commands.dispatches[0].cost_s == Approx(10 + 30 + 10 + 20 + 10 + 10));
}

TEST_CASE("bundle: what would keep one worker busy beyond its share is left to the others") {
  Scene scene;
  scene.add({training("a", 1, {7}), training("b", 2, {7}), training("c", 3, {7}), training("d", 4, {7})});
  scene.hello(1);  // alone: it gets all

  Scene two;
  two.hello(1);
  two.hello(2);
  auto answer = two.add({training("a", 1, {7}), training("b", 2, {7}), training("c", 3, {7}), training("d", 4, {7})});

  const auto first = answer.bundle(1), second = answer.bundle(2);
  CHECK(first.tasks.size() == 2);  // 40 + 30 of 160 / 2
  CHECK(second.tasks.size() == 1);
}

TEST_CASE(
    "bundle: replicas of several families go together, if they use the same features; a task with nothing to share "
    "goes "
    "alone") {
  Scene scene;
  scene.add(
      {training("a", 1, {3, 5, 9}), training("b", 1, {4, 5, 9}), training("c", 1, {5, 6, 9}), training("d", 1, {})});
  auto answer = scene.hello(1);
  CHECK((names(answer.bundle(1)) == std::vector<std::string>{"a", "b"}));
}

TEST_CASE("bundle: the first worker to say hello leaves the others their share") {
  Options options;
  options.workers = 2;
  Scene scene(options);
  scene.add({training("a", 4, {1, 5, 9}), training("b", 4, {2, 5, 9}), training("c", 4, {3, 5, 9}),
             training("d", 4, {4, 5, 9})});

  CHECK(scene.hello(1).bundle(1).tasks.size() == 2);
  CHECK(scene.hello(2).bundle(2).tasks.size() == 1);
}

TEST_CASE("bundle: a lost bundle is charged to those that had begun, and tried one by one") {
  Scene scene;
  scene.add({training("a", 1, {7}), training("b", 2, {7}), training("c", 3, {7})});
  const auto bundle = scene.hello(1).bundle(1);
  scene.started(bundle.tasks[0]);
  scene.started(bundle.tasks[1]);
  protocol::TrainerFailure lost{{1}, task::FailureCause::crashed, 11, 0, "", {}, {}};
  for (const auto& one : bundle.tasks) lost.in_hand.push_back({one.task.id, one.fence});

  auto answer = scene.on(lost);

  const auto fact = answer.fact<AttemptLost>();
  CHECK(fact.charged);
  REQUIRE(fact.lost.in_hand.size() == 2);
  CHECK((fact.lost.in_hand[0].task == id("a") && fact.lost.in_hand[1].task == id("b")));
  CHECK((names(answer.bundle(1)) == std::vector<std::string>{"c"}));  // not to blame, and elsewhere first
  CHECK(scene.scheduler.state_of(id("a")) == task::RunState::ready);
}

TEST_CASE("bundle: a worker goes on with the features it holds, where that costs no balance") {
  Scene scene;
  scene.add(
      {training("a", 1, {1, 21}), training("b", 1, {2, 22}), training("c", 1, {3, 21}), training("d", 1, {4, 22})});
  scene.hello(1).assigned(1, "a");
  auto answer = scene.hello(2);
  const auto b = answer.assigned(2, "b");

  scene.ended(b, task::End::done, 40);

  CHECK(scene.scheduler.state_of(id("d")) == task::RunState::running);
  CHECK(scene.scheduler.state_of(id("c")) == task::RunState::ready);
}
