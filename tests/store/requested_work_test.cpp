// Which work follows from a request to retry or cancel, in small graphs of tasks.
#include "espalier/store/requested_work.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "espalier/store/requests.hpp"
#include "store/scratch.hpp"

using namespace espalier;
using namespace espalier::store;

namespace {

TaskId task_of(const std::string& name) { return TaskId::of(sha256(name)); }
RunId run_of(const std::string& name) { return RunId::of(sha256("run " + name)); }

/// Tasks with a run each.
struct Graph {
  Graph& add(const std::string& name, task::RunState reached, const std::vector<std::string>& inputs = {}) {
    TaskState& task = state.tasks[task_of(name)];
    task.task.id = task_of(name);
    task.state = reached;
    for (const auto& input : inputs) task.task.inputs.push_back({task_of(input), task::InputRole::pretraining});
    plan::PlannedRun run;
    run.id = run_of(name);
    run.task = task.task.id;
    state.runs.push_back({run, true});
    return *this;
  }
  State state;
};

std::vector<TaskId> tasks_of(const std::vector<std::string>& names) {
  std::vector<TaskId> list;
  for (const auto& name : names) list.push_back(task_of(name));
  return list;
}

std::vector<TaskId> sorted(std::vector<TaskId> list) {
  std::sort(list.begin(), list.end());
  return list;
}

constexpr auto kDone = task::RunState::done;
constexpr auto kFailed = task::RunState::failed;
constexpr auto kAborted = task::RunState::aborted;
constexpr auto kWaiting = task::RunState::waiting;

}  // namespace

TEST_CASE("given back: a failed source with all that was aborted because of it, and nothing else") {
  Graph graph;
  graph.add("s", kFailed).add("x", kAborted, {"s"}).add("y", kAborted, {"x"}).add("other", kFailed).add("fine", kDone);

  CHECK(sorted(given_back(graph.state, {task_of("s")}, {}).tasks) == sorted(tasks_of({"s", "x", "y"})));
}

TEST_CASE("given back: a run that was aborted brings the source that failed") {
  Graph graph;
  graph.add("s", kFailed).add("x", kAborted, {"s"}).add("y", kAborted, {"s"});

  CHECK(given_back(graph.state, {task_of("x")}, {}).tasks == tasks_of({"s", "x", "y"}));
}

TEST_CASE("given back: what needs another failed source, too, stays aborted until both are given back") {
  Graph graph;
  graph.add("s", kFailed).add("t", kFailed).add("x", kAborted, {"s", "t"});

  CHECK(given_back(graph.state, {task_of("s")}, {}).tasks == tasks_of({"s"}));
  CHECK(given_back(graph.state, {task_of("s"), task_of("t")}, {}).tasks == tasks_of({"s", "t", "x"}));
}

TEST_CASE("given back: what is done is not done again; selections that could not be made are, and cancelled runs") {
  Graph graph;
  graph.add("s", kDone).add("x", kFailed, {"s"});
  graph.state.cancelled = {run_of("x")};
  graph.state.selections.resize(2);
  graph.state.selections[0].key = "made";
  graph.state.selections[0].chosen = {{"n", "1"}};
  graph.state.selections[1].key = "impossible";

  const auto record = given_back(graph.state, {task_of("s"), task_of("x")}, {run_of("x"), run_of("s")});

  CHECK(record.tasks == tasks_of({"x"}));
  CHECK(record.runs == std::vector{run_of("x")});
  CHECK(record.selections == std::vector<std::string>{"impossible"});
}

TEST_CASE("unneeded: tasks of cancelled runs and their inputs, unless another run needs them or they have ended") {
  Graph graph;
  graph.add("s", kWaiting).add("x", kWaiting, {"s"}).add("y", kWaiting, {"s"}).add("z", kDone);
  CHECK(unneeded_tasks(graph.state).empty());

  graph.state.cancelled = {run_of("x"), run_of("z"), run_of("s")};
  CHECK(unneeded_tasks(graph.state) == tasks_of({"x"}));

  graph.state.cancelled.insert(run_of("y"));
  const auto all = unneeded_tasks(graph.state);
  CHECK(sorted(all) == sorted(tasks_of({"s", "x", "y"})));
  CHECK(all.back() == task_of("s"));  // what needs it stands before it
}

TEST_CASE("requests: what was asked for is read back, targets in their order") {
  const Scratch out;

  leave_request(out.path(), "retry", 3, {"aa", "bb"});

  const auto pending = pending_requests(out.path());
  REQUIRE(pending.size() == 1);
  CHECK(pending.front().verb == "retry");
  CHECK(pending.front().segment == 3);
  CHECK(pending.front().targets == std::vector<std::string>{"aa", "bb"});
}
