#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <tuple>

#include "espalier/store/state.hpp"
#include "store/scratch.hpp"
#include "support/filler.hpp"

using namespace espalier;
using namespace espalier::store;
using metrics::Subset;
namespace {

State state_with_tasks(int count) {
  State state;
  TasksRecord tasks;
  for (int n = 0; n < count; ++n) tasks.tasks.push_back(some_task(n));
  apply_record(state, tasks);
  return state;
}

const TaskState& task_in(const State& state, int n = 0) { return state.tasks.at(task_number(n)); }

LostRecord loss(int task, Fence fence, bool charged, std::vector<TaskId> unstarted = {}) {
  return {WorkerId{1},
          task::FailureCause::killed,
          9,
          0,
          "last words",
          {{task_number(task), fence}},
          std::move(unstarted),
          charged,
          30};
}

CheckpointRecord checkpoint(task::ArtifactKind kind, Fence fence, const std::string& digest) {
  return {fence, task_number(0), kind, {1, 0}, {digest}, 10};
}

std::vector<std::int32_t> epochs(const TaskState& task) {
  std::vector<std::int32_t> found;
  for (const CurrentRow& current : task.rows) found.push_back(current.row.epoch);
  return found;
}

}  // namespace

TEST_CASE("apply: a task runs with its attempt and is done with its end") {
  State state = state_with_tasks(1);

  apply_record(state, attempt_of(0, {1, 1}));
  CHECK(task_in(state).state == task::RunState::running);
  apply_rows(state, {1, 1}, 0, {row_at(1), row_at(1, Subset::train)});
  apply_record(state, ended_of(0, {1, 1}));

  CHECK(task_in(state).state == task::RunState::done);
  CHECK(task_in(state).seconds == 2.5);
  CHECK(task_in(state).attempts.back().outcome == "done");
  CHECK(task_in(state).rows.size() == 2);
  CHECK(task_in(state).rows.front().row.subset == Subset::train);
  CHECK(state.dropped.empty());
}

TEST_CASE("apply: a quarantine follows the loss that ended the attempt, and counts") {
  State state = state_with_tasks(1);
  apply_record(state, attempt_of(0, {1, 3}));
  apply_record(state, loss(0, {1, 3}, true));

  apply_record(state, ended_of(0, {1, 4}, task::RunState::quarantined, "lost 3 times"));

  CHECK(task_in(state).state == task::RunState::quarantined);
  CHECK(task_in(state).cause == "lost 3 times");
  CHECK(task_in(state).attempts.back().outcome != "done");
}

TEST_CASE("apply: a repeated end counts once") {
  State state = state_with_tasks(1);
  apply_record(state, attempt_of(0, {1, 1}));

  apply_record(state, ended_of(0, {1, 1}));
  apply_record(state, ended_of(0, {1, 1}, task::RunState::failed, "too late"));

  CHECK(task_in(state).state == task::RunState::done);
  CHECK(task_in(state).seconds == 2.5);
}

TEST_CASE("apply: one row per subset, epoch and step, the last one written") {
  State state = state_with_tasks(1);
  apply_record(state, attempt_of(0, {1, 1}));

  apply_rows(state, {1, 1}, 0, {row_at(2), row_at(1), row_at(2, Subset::test, 9)});

  REQUIRE(epochs(task_in(state)) == std::vector<std::int32_t>{1, 2});
  CHECK(task_in(state).rows.back().row.values.get(metrics::Metric::top1) == 9);
}

TEST_CASE("apply: what an attempt resumed from supersedes later rows, and old fences are ignored") {
  State state = state_with_tasks(1);
  apply_record(state, attempt_of(0, {1, 1}));
  apply_rows(state, {1, 1}, 0, {row_at(1), row_at(2), row_at(3)});

  apply_record(state, attempt_of(0, {2, 1}, {2, 0}));
  CHECK(epochs(task_in(state)) == std::vector<std::int32_t>{1, 2});
  apply_rows(state, {1, 1}, 0, {row_at(4)});
  apply_record(state, ended_of(0, {1, 1}));
  apply_record(state, checkpoint(task::ArtifactKind::finished, {1, 1}, "old"));
  apply_record(state, attempt_of(0, {1, 7}));

  CHECK(epochs(task_in(state)) == std::vector<std::int32_t>{1, 2});
  CHECK(task_in(state).state == task::RunState::running);
  CHECK(task_in(state).finished.artifact.empty());
  CHECK(task_in(state).attempts.size() == 2);
  CHECK(task_in(state).attempts.front().outcome == "interrupted: another attempt began");
}

TEST_CASE("apply: a new segment ends what was running") {
  State state = state_with_tasks(2);
  apply_record(state, FinishedRecord{75, 1});
  apply_record(state, attempt_of(0, {1, 1}));
  SegmentStart start;
  start.segment = 2;

  apply_record(state, start);

  CHECK(task_in(state).state == task::RunState::waiting);
  CHECK(task_in(state).attempts.back().outcome == "interrupted: its launch ended");
  CHECK(state.next_segment == 3);
  CHECK(state.last_exit == -1);
}

TEST_CASE("apply: a lost trainer gives its task back; only charged crashes count") {
  State state = state_with_tasks(2);
  apply_record(state, attempt_of(0, {1, 1}));
  apply_record(state, attempt_of(1, {1, 2}));

  apply_record(state, loss(0, {1, 1}, true, {task_number(1)}));
  CHECK(task_in(state).state == task::RunState::waiting);
  CHECK(task_in(state).charged == 1);
  CHECK(task_in(state).attempts.back().outcome == "trainer killed by signal 9");
  CHECK(task_in(state).attempts.back().log_tail == "last words");
  CHECK(task_in(state, 1).state == task::RunState::waiting);
  CHECK(task_in(state, 1).charged == 0);

  apply_record(state, attempt_of(0, {1, 3}));
  apply_record(state, loss(0, {1, 3}, false));
  CHECK(task_in(state).charged == 1);
}

TEST_CASE("apply: losses for want of memory are counted up to the next checkpoint, or until the task is given back") {
  State state = state_with_tasks(1);
  std::uint32_t attempt = 0;
  const auto lose = [&](task::FailureCause cause) {
    apply_record(state, attempt_of(0, {1, ++attempt}));
    LostRecord lost = loss(0, {1, attempt}, false);
    lost.cause = cause;
    apply_record(state, lost);
  };
  for (int i = 0; i < kMachineBudget - 1; ++i) lose(task::FailureCause::out_of_memory);
  lose(task::FailureCause::environment);
  CHECK_FALSE(lacks_memory(task_in(state)));
  lose(task::FailureCause::out_of_memory);
  CHECK(task_in(state).memory_losses == kMachineBudget);
  CHECK(lacks_memory(task_in(state)));

  SECTION("a network is no checkpoint to go on from") {
    apply_record(state, attempt_of(0, {1, ++attempt}));
    apply_record(state, checkpoint(task::ArtifactKind::predictions, {1, attempt}, "pp"));
    CHECK(lacks_memory(task_in(state)));
    apply_record(state, checkpoint(task::ArtifactKind::training, {1, attempt}, "cc"));
  }
  SECTION("on request") { apply_record(state, GivenBackRecord{{task_number(0)}, {}, {}, 9}); }
  CHECK(task_in(state).memory_losses == 0);
}

TEST_CASE("apply: a checkpoint to go on from lasts until the task has ended for good") {
  State state = state_with_tasks(1);
  apply_record(state, attempt_of(0, {1, 1}));
  apply_record(state, checkpoint(task::ArtifactKind::training, {1, 1}, "half"));

  apply_record(state, ended_of(0, {1, 1}, task::RunState::waiting));
  CHECK(task_in(state).training.artifact.hex == "half");
  CHECK(task_in(state).attempts.back().outcome == "stopped");
  apply_record(state, attempt_of(0, {2, 1}, {1, 0}));
  apply_record(state, checkpoint(task::ArtifactKind::finished, {2, 1}, "whole"));
  apply_record(state, ended_of(0, {2, 1}));

  CHECK(task_in(state).training.artifact.empty());
  CHECK(task_in(state).finished.artifact.hex == "whole");
  CHECK(task_in(state).seconds == 5);
}

TEST_CASE("apply: runs are replaced by id, and a new listing marks those that left") {
  State state;
  RunsRecord first{true, {some_run(0), some_run(1)}};
  first.runs[1].waits_for = "a selection";
  apply_record(state, first);

  apply_record(state, RunsRecord{false, {some_run(1)}});
  CHECK(state.runs.size() == 2);
  CHECK(state.runs[1].run.waits_for.empty());
  apply_record(state, RunsRecord{true, {some_run(1), some_run(2)}});

  REQUIRE(state.runs.size() == 3);
  CHECK_FALSE(state.runs[0].current);
  CHECK(state.runs[1].current);
  CHECK(state.runs[2].current);
}

TEST_CASE("apply: selections by key, warnings once") {
  State state;
  SelectionRecord made;
  made.outcome.key = "frozen//0/per_class=1";
  made.outcome.chosen = {{"transferred", "5"}};
  apply_record(state, made);
  made.outcome.chosen = {{"transferred", "6"}};
  apply_record(state, made);
  apply_record(state, WarningRecord{"look"});
  apply_record(state, WarningRecord{"look"});

  REQUIRE(state.selections.size() == 1);
  CHECK(state.selections[0].chosen[0].value == "6");
  CHECK(state.warnings.size() == 1);
}

TEST_CASE("apply: what cannot be decoded or placed is counted, not thrown") {
  State state;

  for (int n = 0; n < 3; ++n) apply(state, RecordType::rows, 1, "short");
  apply_rows(state, {1, 1}, 7, {row_at(1)});

  CHECK(state.records == 5);  // the image set of the last is a record, too
  REQUIRE(state.dropped.size() == 2);
  CHECK(state.dropped[0].kind == Dropped::Kind::unreadable_record);
  CHECK_THAT(describe(state.dropped[0]),
             Catch::Contains("a record of type 7 that does not decode") && Catch::EndsWith("(3 times)"));
  CHECK(state.dropped[1].kind == Dropped::Kind::unlisted_task);
  CHECK(state.tasks.empty());
}

TEST_CASE("apply: a record of a type that is not known is refused, unless it is optional") {
  State state;

  CHECK_THROWS_AS(apply(state, static_cast<RecordType>(99), 1, "x"), frame::NewerFormatError);
  CHECK_NOTHROW(apply(state, static_cast<RecordType>(kFirstOptional + 99), 1, "x"));
  CHECK(state.records == 0);
}

TEST_CASE("state: a run follows its task, its inputs and its selection") {
  State state = state_with_tasks(1);
  TasksRecord dependent{{some_task(1)}};
  dependent.tasks[0].inputs = {{task_number(0), task::InputRole::pretraining}};
  apply_record(state, dependent);
  plan::PlannedRun later = some_run(2), dead = some_run(0);
  later.task = {};
  later.waits_for = "a selection";
  dead.aborted = "its selection failed";

  CHECK(state.state_of(some_run(0)) == task::RunState::ready);
  CHECK(state.state_of(some_run(1)) == task::RunState::waiting);
  CHECK(state.state_of(later) == task::RunState::waiting);
  CHECK(state.state_of(dead) == task::RunState::aborted);
  apply_record(state, attempt_of(0, {1, 1}));
  CHECK(state.state_of(some_run(0)) == task::RunState::running);
  apply_record(state, ended_of(0, {1, 1}));
  CHECK(state.state_of(some_run(0)) == task::RunState::done);
  CHECK(state.state_of(some_run(1)) == task::RunState::ready);
}

TEST_CASE("state: outcomes say what was recorded, not what is wanted now") {
  State state = state_with_tasks(1);
  apply_record(state, attempt_of(0, {1, 1}));
  apply_rows(state, {1, 1}, 0, {row_at(1)});
  apply_record(state, ended_of(0, {1, 1}));
  TasksRecord wanted{{some_task(0)}};
  wanted.tasks[0].record = testing::made_record({metrics::Subset::train_eval});
  apply_record(state, wanted);

  const plan::Outcomes outcomes = state.outcomes();

  CHECK(outcomes.at(task_number(0)).state == task::RunState::done);
  CHECK(outcomes.at(task_number(0)).recorded == some_task(0).record);
  CHECK(state.tasks.at(task_number(0)).task.record == wanted.tasks[0].record);
  CHECK(outcomes.at(task_number(0)).rows == std::vector<metrics::Row>{row_at(1)});
}

TEST_CASE("state: a kept network that is measured later adds to what was recorded") {
  State state = state_with_tasks(1);
  const task::Moment end = task::training(state.tasks.at(task_number(0)).task).length;
  apply_record(state, attempt_of(0, {1, 1}));
  apply_rows(state, {1, 1}, 0, {row_at(end.epoch)});
  apply_record(state, ended_of(0, {1, 1}));
  TasksRecord wanted{{some_task(0)}};
  wanted.tasks[0].record = testing::made_record({metrics::Subset::train_eval});
  apply_record(state, wanted);
  AttemptRecord measuring = attempt_of(0, {2, 2});
  measuring.resumed_from = end;
  apply_record(state, measuring);
  apply_rows(state, {2, 2}, 0, {row_at(end.epoch, metrics::Subset::train_eval)});
  apply_record(state, ended_of(0, {2, 2}));

  const TaskState& task = state.tasks.at(task_number(0));
  CHECK(task.rows.size() == 2);
  CHECK(task.recorded == task::both(some_task(0).record, wanted.tasks[0].record));
}

TEST_CASE("state: trained again, rows of image sets that nobody asks for stay, and the others are measured anew") {
  State state = state_with_tasks(1);
  apply_record(state, attempt_of(0, {1, 1}));
  apply_rows(state, {1, 1}, 0, {row_at(1, metrics::Subset::valid), row_at(1)});
  apply_record(state, ended_of(0, {1, 1}));
  TasksRecord wanted{{some_task(0)}};
  wanted.tasks[0].record = testing::made_record({metrics::Subset::valid, metrics::Subset::train_eval});
  apply_record(state, wanted);
  apply_record(state, attempt_of(0, {2, 2}));

  const TaskState& task = state.tasks.at(task_number(0));
  REQUIRE(task.rows.size() == 1);
  CHECK(task.rows[0].row == row_at(1));
  apply_record(state, ended_of(0, {2, 2}));
  CHECK(task::lacking(task.recorded, some_task(0).record).empty());
  CHECK(task::lacking(task.recorded, wanted.tasks[0].record).empty());
}

TEST_CASE("state: a brief state keeps all of a task but what it trains") {
  State brief;
  brief.detail = Detail::brief;
  TasksRecord tasks{{some_task(0), some_task(1)}};
  for (task::Task& task : tasks.tasks)
    task::training(task).units.resize(3), task.inputs = {{task_number(9), task::InputRole::start}};

  apply_record(brief, tasks);

  CHECK(brief.tasks.size() == 2);
  CHECK(task::training(task_in(brief, 1).task).units.empty());
  CHECK(task_in(brief, 1).task.inputs == tasks.tasks[1].inputs);
  CHECK(task_in(brief, 1).task.cost_s == 1);
}

TEST_CASE("apply: a brief reading knows of a task what a full one knows, but for its work") {
  CHECK(rc::check("brief", [](std::uint64_t seed) {
    TasksRecord record;
    record.tasks = {support::filled<task::Task>(seed), support::filled<task::Task>(seed + 1)};
    State full, brief;
    brief.detail = Detail::brief;
    apply_record(full, record);
    apply_record(brief, record);

    for (auto& [id, state] : full.tasks) {
      const bool is_probe = task::probe_of(state.task) != nullptr;
      const task::TrainSpec work = task::as_training(state.task);
      state.task.reset(state.task.kind());
      state.task.measured_data.clear();
      if (!is_probe) {  // what says when a training ends
        auto& known = task::training(state.task);
        known.images.labels = work.images.labels;
        std::tie(known.batch, known.length, known.stop, known.loss) =
            std::tie(work.batch, work.length, work.stop, work.loss);
      }
      RC_ASSERT(frame::Canonical::text(brief.tasks.at(id).task) == frame::Canonical::text(state.task));
    }
  }));
}

TEST_CASE("apply: image sets that were named after a lost record still count") {
  State state = state_with_tasks(1);
  apply_record(state, attempt_of(0, {1, 1}));
  const auto row = row_at(1);
  apply_record(state, EvaluationSetsRecord{{{7, row.subset, row.set}}});  // 1 to 6 are lost

  apply_rows(state, {1, 1}, 0, {row, row_at(1, Subset::train)});

  CHECK(state.dropped.empty());
  CHECK(task_in(state).rows.size() == 2);
}
