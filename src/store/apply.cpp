// What each record means. Facts are applied in journal order; a fact about an attempt counts only while that attempt
// is its task's latest.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "espalier/store/state.hpp"
#include "store/describe.hpp"

namespace espalier::store {

namespace {

/// Counts a reason in `dropped`: one line a reason, however many records.
void drop(State& state, const std::string& reason) {
  for (std::string& line : state.dropped) {
    if (line == reason) {
      line += " (2 times)";
      return;
    }
    if (line.size() > reason.size() + 2 && line.starts_with(reason) && line[reason.size() + 1] == '(') {
      line = fmt::format("{} ({} times)", reason, std::stoull(line.substr(reason.size() + 2)) + 1);
      return;
    }
  }
  state.dropped.push_back(reason);
}

TaskState* find_task(State& state, const TaskId& id) {
  const auto found = state.tasks.find(id);
  if (found != state.tasks.end()) return &found->second;
  drop(state, "a record of a task that is not listed");
  return nullptr;
}

bool is_old(const TaskState& task, Fence fence) { return !task.attempts.empty() && fence < task.attempts.back().fence; }

/// The latest attempt, if `fence` is its own and it has not ended.
Attempt* open_attempt(TaskState& task, Fence fence) {
  if (task.attempts.empty() || task.attempts.back().fence != fence) return nullptr;
  return task.attempts.back().outcome.empty() ? &task.attempts.back() : nullptr;
}

void interrupt(TaskState& task, const std::string& why) {
  if (!task.attempts.empty() && task.attempts.back().outcome.empty()) task.attempts.back().outcome = why;
  if (task.state == plan::RunState::running) task.state = plan::RunState::waiting;
}

}  // namespace

void settle_dead(State& state) {
  for (auto& [id, task] : state.tasks) interrupt(task, "interrupted: its launch ended");
}

namespace {

void apply_one(State& state, SegmentStart&& start) {
  settle_dead(state);
  state.next_segment = std::max(state.next_segment, start.segment + 1);
  state.last_exit = -1;
  state.segments.push_back(std::move(start));
}

void apply_one(State& state, StudyRecord&& study) { state.study = std::move(study); }

void apply_one(State& state, CatalogRecord&& record) { state.catalog.merge(record.catalog); }

void apply_one(State& state, RunsRecord&& record) {
  if (record.all_current) {
    for (RunEntry& entry : state.runs) entry.current = false;
  }
  for (plan::PlannedRun& run : record.runs) {
    const auto [place, is_new] = state.run_index.try_emplace(run.id, state.runs.size());
    if (is_new) state.runs.push_back({std::move(run), true});
    else state.runs[place->second] = {std::move(run), true};
  }
}

/// Reads a TasksRecord one task at a time into the same memory: most of a large journal is this.
void apply_tasks(State& state, std::string_view payload, Fence) {
  frame::Reader reader(payload);
  std::uint64_t count = 0;
  reader & count;
  task::Task task;
  for (std::uint64_t n = 0; n < count; ++n) {
    reader & task;
    task::TrainSpec aside;
    if (state.detail == Detail::brief) {
      std::swap(aside, task.train);
      task.train.length = aside.length;
    }
    state.tasks[task.id].task = task;
    if (state.detail == Detail::brief) std::swap(aside, task.train);
  }
  if (reader.left() != 0) throw CorruptionError("more bytes than tasks");
}

/// Rows measured after `moment` come from a trajectory that was abandoned there.
void supersede_rows(TaskState& task, task::Moment moment) {
  std::erase_if(task.rows, [&](const CurrentRow& at) { return task::Moment{at.row.epoch, at.row.step} > moment; });
}

void apply_one(State& state, AttemptRecord&& record) {
  TaskState* task = find_task(state, record.task);
  if (!task || is_old(*task, record.fence)) return;
  const bool known = !task->attempts.empty() && task->attempts.back().fence == record.fence;
  if (known && !open_attempt(*task, record.fence)) return;
  if (!known) {
    interrupt(*task, "interrupted: another attempt began");
    task->attempts.push_back({});
  }
  Attempt& attempt = task->attempts.back();
  attempt.fence = record.fence;
  attempt.worker = record.worker;
  attempt.resumed_from = record.resumed_from;
  attempt.started = record.time;
  supersede_rows(*task, record.resumed_from);
  task->state = plan::RunState::running;
  task->cause.clear();
}

void put_row(TaskState& task, Fence fence, const metrics::Row& row) {
  const auto key = [](const metrics::Row& r) { return std::tuple(r.epoch, r.step, r.subset); };
  const auto before = [&](const CurrentRow& at, const metrics::Row& wanted) { return key(at.row) < key(wanted); };
  if (task.rows.empty() || key(task.rows.back().row) < key(row)) {
    task.rows.push_back({fence, row});
    return;
  }
  const auto place = std::lower_bound(task.rows.begin(), task.rows.end(), row, before);
  if (key(place->row) == key(row)) *place = {fence, row};
  else task.rows.insert(place, {fence, row});
}

void apply_one(State& state, RowsRecord&& record) {
  TaskState* task = find_task(state, record.task);
  if (!task || is_old(*task, record.fence)) return;
  for (const metrics::Row& row : record.rows) put_row(*task, record.fence, row);
}

void apply_one(State& state, CheckpointRecord&& record) {
  sched::CheckpointMade& made = record.made;
  TaskState* task = find_task(state, made.task);
  if (!task || is_old(*task, made.fence)) return;
  KeptFile file{std::move(made.artifact), made.at, made.bytes};
  switch (made.kind) {
    case sched::CheckpointKind::training: task->training = std::move(file); break;
    case sched::CheckpointKind::finished: task->finished = std::move(file); break;
    case sched::CheckpointKind::predictions: task->predictions = std::move(file); break;
  }
}

void apply_one(State& state, EndedRecord&& record) {
  TaskState* task = find_task(state, record.task);
  if (!task || is_old(*task, record.fence)) return;
  if (Attempt* attempt = open_attempt(*task, record.fence)) {
    attempt->ended = record.time;
    attempt->outcome = outcome_text(record);
  } else if (!task->attempts.empty() && task->attempts.back().fence == record.fence) {
    return;  // this attempt has ended already
  }
  task->state = record.state;
  task->cause = std::move(record.cause);
  task->seconds += record.seconds;
  task->epoch_images += record.epoch_images;
  if (!record.device.empty()) task->device = std::move(record.device);
  if (!is_final(task->state)) return;
  task->training = {};
  task->recorded = task->task.record;
}

void lose_task(TaskState& task, const Fence& fence, const LostRecord& record, const std::string& outcome) {
  Attempt* attempt = open_attempt(task, fence);
  if (!attempt) return;
  attempt->outcome = outcome;
  attempt->ended = record.time;
  task.state = plan::RunState::waiting;
}

void apply_one(State& state, LostRecord&& record) {
  const sched::TrainerLost& lost = record.lost;
  for (const TaskId& id : lost.unstarted) {
    TaskState* task = find_task(state, id);
    const bool was_there = task && !task->attempts.empty() && task->attempts.back().worker == lost.worker;
    if (was_there) lose_task(*task, task->attempts.back().fence, record, "given back before it started");
  }
  for (const sched::Held& held : lost.in_hand) {
    TaskState* task = find_task(state, held.task);
    if (!task || !open_attempt(*task, held.fence)) continue;
    lose_task(*task, held.fence, record, loss_text(lost));
    task->attempts.back().log_tail = lost.log_tail;
    if (record.charged) ++task->charged;
  }
}

void apply_one(State& state, SelectionRecord&& record) {
  const auto same = [&](const plan::SelectionOutcome& known) { return known.key == record.outcome.key; };
  const auto place = std::find_if(state.selections.begin(), state.selections.end(), same);
  if (place == state.selections.end()) state.selections.push_back(std::move(record.outcome));
  else *place = std::move(record.outcome);
}

void apply_one(State& state, WarningRecord&& record) {
  const auto known = std::find(state.warnings.begin(), state.warnings.end(), record.text);
  if (known == state.warnings.end()) state.warnings.push_back(std::move(record.text));
}

void apply_one(State& state, FinishedRecord&& record) { state.last_exit = record.exit_code; }

template <class Record>
void decode_and_apply(State& state, std::string_view payload, Fence) {
  apply_one(state, frame::from_bytes<Record>(payload));
}

using Apply = void (*)(State&, std::string_view, Fence);

Apply applier_of(std::uint16_t type) {
  switch (static_cast<RecordType>(type)) {
    case RecordType::segment_start: return decode_and_apply<SegmentStart>;
    case RecordType::study: return decode_and_apply<StudyRecord>;
    case RecordType::catalog: return decode_and_apply<CatalogRecord>;
    case RecordType::runs: return decode_and_apply<RunsRecord>;
    case RecordType::tasks: return apply_tasks;
    case RecordType::attempt: return decode_and_apply<AttemptRecord>;
    case RecordType::rows: return decode_and_apply<RowsRecord>;
    case RecordType::checkpoint: return decode_and_apply<CheckpointRecord>;
    case RecordType::ended: return decode_and_apply<EndedRecord>;
    case RecordType::lost: return decode_and_apply<LostRecord>;
    case RecordType::selection: return decode_and_apply<SelectionRecord>;
    case RecordType::warning: return decode_and_apply<WarningRecord>;
    case RecordType::finished: return decode_and_apply<FinishedRecord>;
    case RecordType::note: break;
  }
  return nullptr;
}

}  // namespace

void apply(State& state, const frame::Frame& record, Fence segment) {
  apply(state, record.type, record.payload, segment);
}

void apply(State& state, std::uint16_t type, std::string_view payload, Fence segment) {
  ++state.records;
  const Apply applier = applier_of(type);
  if (!applier) return drop(state, fmt::format("a record of unknown type {}", type));
  try {
    applier(state, payload, segment);
  } catch (const CorruptionError& error) {
    drop(state, fmt::format("a record of type {} that does not decode: {}", type, error.what()));
  }
}

}  // namespace espalier::store
