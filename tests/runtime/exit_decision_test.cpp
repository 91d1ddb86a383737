#include "runtime/rank0/exit_decision.hpp"

#include <catch2/catch.hpp>

#include "espalier/core/errors.hpp"
#include "support/state_builder.hpp"

using namespace espalier;
using namespace espalier::runtime;

namespace {

const SchedulerView kEnded{true, false};

int code_of(ExitCode code) { return static_cast<int>(code); }

/// All tasks of a state are in the scope.
LaunchScope whole(const store::State& state) {
  LaunchScope scope;
  for (const auto& [id, task] : state.tasks) scope.tasks.insert(id);
  return scope;
}

testing::StateBuilder one_done() {
  testing::StateBuilder builder;
  builder.done("some", {{"n", "1"}}, {});
  return builder;
}

}  // namespace

TEST_CASE("exit: done where all runs are, some_failed where one failed, stopped where one is left") {
  auto builder = one_done();
  CHECK(exit_code(builder.state(), whole(builder.state()), kEnded) == code_of(ExitCode::done));

  builder.failed("some", {{"n", "2"}}, "diverged");
  CHECK(exit_code(builder.state(), whole(builder.state()), kEnded) == code_of(ExitCode::some_failed));

  builder.waiting("some", {{"n", "3"}});
  CHECK(exit_code(builder.state(), whole(builder.state()), kEnded) == code_of(ExitCode::stopped));
}

TEST_CASE("exit: what the scheduler still has in hand makes a launch a stopped one") {
  auto builder = one_done();

  CHECK(exit_code(builder.state(), whole(builder.state()), {false, false}) == code_of(ExitCode::stopped));
}

TEST_CASE("exit: environment where no launch can go on, whatever else there is") {
  auto builder = one_done();
  builder.waiting("some", {{"n", "2"}});

  CHECK(exit_code(builder.state(), whole(builder.state()), {false, true}) == code_of(ExitCode::environment));
}

TEST_CASE("exit: some_failed where a launch was stopped for too many failures, although work is left") {
  auto builder = one_done();
  builder.waiting("some", {{"n", "2"}});

  CHECK(exit_code(builder.state(), whole(builder.state()), {false, false, true}) == code_of(ExitCode::some_failed));
}

TEST_CASE("exit: a run that was cancelled is neither left nor failed") {
  auto builder = one_done();
  builder.waiting("some", {{"n", "2"}});
  builder.state().cancelled.insert(builder.state().runs.back().run.id);

  CHECK(exit_code(builder.state(), whole(builder.state()), kEnded) == code_of(ExitCode::done));
}

TEST_CASE("exit: runs outside this launch and runs that left the study do not count") {
  auto builder = one_done();
  auto scope = whole(builder.state());
  builder.waiting("some", {{"n", "2"}});
  CHECK(exit_code(builder.state(), scope, kEnded) == code_of(ExitCode::done));

  scope = whole(builder.state());
  builder.state().runs.back().current = false;
  CHECK(exit_code(builder.state(), scope, kEnded) == code_of(ExitCode::done));
}

TEST_CASE("exit: a run that waits for a selection counts only where the whole study was asked for") {
  auto builder = one_done();
  builder.later("some", {{"n", "later"}}, "selection");
  auto scope = whole(builder.state());
  CHECK(exit_code(builder.state(), scope, kEnded) == code_of(ExitCode::stopped));

  scope.whole_study = false;
  CHECK(exit_code(builder.state(), scope, kEnded) == code_of(ExitCode::done));
}

TEST_CASE("exit: a task that should have recorded more than it could is work left") {
  auto builder = one_done();
  auto scope = whole(builder.state());
  scope.late.insert(builder.state().runs.front().run.task);

  CHECK(exit_code(builder.state(), scope, kEnded) == code_of(ExitCode::stopped));
}

TEST_CASE("exit: more to record is too late for a task that runs, or has ended without it") {
  store::TaskState known;
  const task::RecordSpec more = testing::made_record({metrics::Subset::train_eval});
  known.state = task::RunState::waiting;
  CHECK_FALSE(is_too_late(known, more));
  known.state = task::RunState::running;
  CHECK(is_too_late(known, more));
  known.state = task::RunState::done;
  CHECK(is_too_late(known, more));
  known.recorded = more;
  CHECK_FALSE(is_too_late(known, more));
}

TEST_CASE("exit: nothing is left to do once all has ended and no selection may be due, or no launch can go on") {
  CHECK(is_done({true, false}, false));
  CHECK_FALSE(is_done({true, false}, true));
  CHECK_FALSE(is_done({false, false}, false));
  CHECK(is_done({false, true}, true));
}

TEST_CASE("exit: a final view that is not written shows in the code, but a stopped launch stays one to be continued") {
  for (const auto code : {ExitCode::done, ExitCode::some_failed, ExitCode::stopped, ExitCode::environment}) {
    CHECK(exit_code_with_view(code_of(code), true) == code_of(code));
  }
  CHECK(exit_code_with_view(code_of(ExitCode::done), false) == code_of(ExitCode::environment));
  CHECK(exit_code_with_view(code_of(ExitCode::some_failed), false) == code_of(ExitCode::environment));
  CHECK(exit_code_with_view(code_of(ExitCode::stopped), false) == code_of(ExitCode::stopped));
}
