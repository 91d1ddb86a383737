// The tasks of a launch: which are ready, in which order, and what follows when one ends.
#include "sched/task_queue.hpp"

#include <catch2/catch.hpp>

#include "sched/sched_builders.hpp"

using namespace espalier;
using namespace espalier::sched;

namespace {

constexpr WorkerId kWorker{1};

struct Queue {
  TaskQueue tasks{false};
  explicit Queue(const std::vector<AddedTask>& all) {
    std::vector<Entry*> batch;
    for (const auto& one : all) batch.push_back(tasks.add(one));
    tasks.settle(batch);
  }
  std::string best() const {
    const Entry* entry = tasks.pick(kWorker, Retry::anywhere);
    return entry ? entry->task.id.hex.str() : "";
  }
  Entry& of(const std::string& name) { return *tasks.find(id(name)); }
  void finish(const std::string& name) {
    tasks.take(of(name));
    tasks.end(of(name), task::RunState::done);
  }
};

}  // namespace

TEST_CASE("task queue: the task with the longest chain behind it comes first, then the one that came first") {
  Queue queue({added("short", 10), added("same", 10), added("source", 1), added("long", 50, {"source"})});
  CHECK(queue.best() == "source");
  queue.finish("source");
  CHECK(queue.best() == "long");
  queue.finish("long");
  CHECK(queue.best() == "short");
  queue.finish("short");
  CHECK(queue.best() == "same");
  queue.finish("same");
  CHECK(queue.best().empty());
  CHECK(queue.tasks.live() == 0);
  CHECK(queue.tasks.ready_cost_s() == 0);
}

TEST_CASE("task queue: a task waits for all that it needs") {
  Queue queue({added("a"), added("b"), added("c", 10, {"a", "b"})});
  CHECK(queue.tasks.ready_cost_s() == 20);
  queue.finish("a");
  CHECK((queue.of("c").state == task::RunState::waiting));
  queue.finish("b");
  CHECK((queue.of("c").state == task::RunState::ready));
}

TEST_CASE("task queue: what can no longer run is told once each, nearest first") {
  Queue queue({added("a"), added("b", 10, {"a"}), added("c", 10, {"a", "b"}), added("free")});
  queue.tasks.take(queue.of("a"));

  std::vector<std::string> ended;
  for (const Entry* entry : queue.tasks.end(queue.of("a"), task::RunState::failed)) {
    ended.push_back(entry->task.id.hex.str());
  }

  CHECK(ended == std::vector<std::string>{"b", "c"});
  CHECK(queue.best() == "free");
}

TEST_CASE("task queue: what is given back is ready again, and a task that is known is not added twice") {
  Queue queue({added("a")});
  queue.tasks.take(queue.of("a"));
  CHECK(queue.best().empty());
  queue.tasks.give_back(queue.of("a"));
  CHECK(queue.best() == "a");
  CHECK(queue.tasks.add(added("a")) == nullptr);
  CHECK(queue.tasks.all().size() == 1);
}

TEST_CASE("task queue: short tasks and those with features at hand are found among the ready ones") {
  AddedTask one = added("with", 30);
  one.sharing.features = 9;
  Queue queue({added("long", 100), one, added("short", 5)});
  CHECK(queue.tasks.pick_short(kWorker, Retry::anywhere, 6)->task.id == id("short"));
  CHECK(queue.tasks.pick_short(kWorker, Retry::anywhere, 1) == nullptr);
  CHECK(queue.tasks.pick_with_features(9)->task.id == id("with"));
  CHECK(queue.tasks.pick_with_features(8) == nullptr);
}
