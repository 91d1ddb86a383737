// What records of damaged files, of work given back and of cancelled runs mean.
#include <catch2/catch.hpp>

#include "espalier/store/state.hpp"
#include "store/scratch.hpp"

using namespace espalier;
using namespace espalier::store;
namespace {

State state_with_tasks(int count) {
  State state;
  TasksRecord tasks;
  for (int n = 0; n < count; ++n) tasks.tasks.push_back(some_task(n));
  apply_record(state, tasks);
  return state;
}

const TaskState& task_in(const State& state, int n = 0) { return state.tasks.at(task_number(n)); }

}  // namespace

TEST_CASE("apply: a damaged file belongs to no task any more, whichever it was, and is not deleted for that") {
  State state = state_with_tasks(1);
  apply_record(state, attempt_of(0, {1, 1}));
  for (const auto kind : {task::ArtifactKind::training, task::ArtifactKind::finished, task::ArtifactKind::predictions})
    apply_record(state, CheckpointRecord{{1, 1}, task_number(0), kind, {1, 0}, {std::string(64, 'c')}, 10});

  apply_record(state, ArtifactDamagedRecord{{std::string(64, 'c')}, "it is a folder", "c.damaged-1", 7});

  CHECK(task_in(state).training.artifact.empty());
  CHECK(task_in(state).finished.artifact.empty());
  CHECK(task_in(state).predictions.artifact.empty());
  CHECK(state.released.empty());
  REQUIRE(state.damaged.size() == 1);
  CHECK(state.damaged.front().kept_as == "c.damaged-1");
}

TEST_CASE("apply: a task that is given back waits with a full budget and no cause; one that is done stays done") {
  State state = state_with_tasks(3);
  apply_record(state, attempt_of(0, {1, 1}));
  LostRecord loss;
  loss.attempts = {{task_number(0), {1, 1}}};
  loss.charged = true;
  apply_record(state, loss);
  CHECK(task_in(state).charged == 1);
  EndedRecord quarantined = ended_of(0, {1, 2});
  quarantined.state = task::RunState::quarantined;
  quarantined.cause = "lost";
  apply_record(state, quarantined);
  apply_record(state, attempt_of(1, {1, 1}));
  apply_record(state, ended_of(1, {1, 1}));

  apply_record(state, GivenBackRecord{{task_number(0), task_number(1)}, {}, {}, 9});

  CHECK(task_in(state).state == task::RunState::waiting);
  CHECK(task_in(state).charged == 0);
  CHECK(task_in(state).cause.empty());
  CHECK(task_in(state).attempts.size() == 1);
  CHECK(task_in(state, 1).state == task::RunState::done);
}

TEST_CASE("apply: a selection that could not be made is forgotten where that is asked for; one that was made stays") {
  State state;
  for (const char* key : {"made", "impossible", "other"}) {
    SelectionRecord record;
    record.outcome.key = key;
    if (record.outcome.key == "made") record.outcome.chosen = {{"n", "1"}};
    apply_record(state, record);
  }

  apply_record(state, GivenBackRecord{{}, {}, {"made", "impossible"}, 9});

  REQUIRE(state.selections.size() == 2);
  CHECK(state.selections[0].key == "made");
  CHECK(state.selections[1].key == "other");
}

TEST_CASE("apply: a cancelled run shows as such until its work is done for others, or it is given back") {
  State state = state_with_tasks(1);
  plan::PlannedRun run;
  run.id = RunId::of(sha256("a run"));
  run.task = task_number(0);
  apply_record(state, RunsRecord{true, {run}});

  apply_record(state, CancelledRecord{{run.id}, 9});
  CHECK(state.state_of(run) == task::RunState::cancelled);
  apply_record(state, attempt_of(0, {1, 1}));
  apply_record(state, ended_of(0, {1, 1}));
  CHECK(state.state_of(run) == task::RunState::done);
  apply_record(state, GivenBackRecord{{}, {run.id}, {}, 10});
  CHECK(state.cancelled.empty());
}
