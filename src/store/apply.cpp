// What each record means. Facts are applied in journal order; a fact about an attempt counts only while that attempt
// is its task's latest.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "espalier/store/state.hpp"
#include "store/brief_task.hpp"
#include "store/describe.hpp"

namespace espalier::store {

namespace {

/// One entry per reason, however many records.
void drop(State& state, Dropped::Kind kind, const std::string& reason) {
  for (Dropped& one : state.dropped) {
    if (one.text != reason) continue;
    ++one.times;
    return;
  }
  state.dropped.push_back({kind, reason});
}

TaskState* find_task(State& state, const TaskId& id) {
  const auto found = state.tasks.find(id);
  if (found != state.tasks.end()) return &found->second;
  drop(state, Dropped::Kind::unlisted_task, "a record of a task that is not listed");
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
  if (task.state == task::RunState::running) task.state = task::RunState::waiting;
}

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

/// Makes room for `count` more tasks, twofold where there are many already: a table that grows by itself looks at every
/// task again each time, and one that is half empty is searched in fewer steps.
void make_room(State& state, std::size_t count) {
  auto& tasks = state.tasks;
  tasks.max_load_factor(0.5f);
  if (const auto wanted = tasks.size() + count; wanted > tasks.bucket_count() / 2)
    tasks.reserve(std::max(wanted, 2 * tasks.size()));
}

/// Reads a TasksRecord task by task: most of a large journal is this.
void apply_tasks(State& state, std::string_view payload) {
  std::size_t count = 0;
  frame::TaggedReader(payload).each_block<1>([&](std::string_view) { ++count; });
  make_room(state, count);
  frame::TaggedReader(payload).each_block<1>([&](std::string_view bytes) {
    task::Task task = state.detail == Detail::brief ? read_brief(bytes) : frame::from_tagged<task::Task>(bytes);
    task::Task& known = state.tasks[task.id].task;
    known = std::move(task);
  });
}

/// Rows measured after `moment` come from a trajectory that was abandoned there. Those of image sets that are not asked
/// for any more stay: nothing will measure them again.
void supersede_rows(TaskState& task, task::Moment moment) {
  const auto is_asked_for = [&](const metrics::Row& row) {
    const auto& all = task.task.record.evaluations;
    return row.set.empty() || std::any_of(all.begin(), all.end(), [&](const task::EvaluationSpec& one) {
             return one.name == row.subset && one.images == row.set;
           });
  };
  std::erase_if(task.rows, [&](const CurrentRow& at) {
    return task::Moment{at.row.epoch, at.row.step} > moment && is_asked_for(at.row);
  });
}

/// The evaluations that a task's rows cover once an attempt that began at `from` has ended. A probe, and an attempt
/// that began at the end, only measured: what was recorded before stays. Any other attempt replaces that, but for image
/// sets that it was not asked for.
task::RecordSpec recorded_by(const TaskState& task, task::Moment from) {
  if (task::probe_of(task.task) || from == task::training(task.task).length)
    return task::both(task.recorded, task.task.record);
  task::RecordSpec all = task.task.record;
  for (const auto& before : task.recorded.evaluations) {
    const bool is_replaced = std::any_of(
        task.task.record.evaluations.begin(), task.task.record.evaluations.end(),
        [&](const task::EvaluationSpec& one) { return one.name == before.name && one.images == before.images; });
    if (!is_replaced) all.evaluations.push_back(before);
  }
  return all;
}

/// What was asked of earlier attempts, too, was asked since their beginning. An attempt that only measures adds
/// nothing, and what is measured at the end alone leaves no gap before it.
void note_asked(TaskState& task, task::Moment from) {
  if (task::probe_of(task.task) || from == task::training(task.task).length) return;
  std::vector<AskedRows> asked;
  for (const task::EvaluationSpec& one : task.task.record.evaluations) {
    const bool is_curve = one.every > 0 && one.every < task::training(task.task).length.epoch;
    if (!is_curve && one.every_steps == 0) continue;
    task::Moment since = from;
    for (const AskedRows& before : task.asked) {
      if (task::covers(before.evaluation, one)) since = std::min(since, before.since);
    }
    asked.push_back({one, since});
  }
  task.asked = std::move(asked);
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
  note_asked(*task, record.resumed_from);
  task->state = task::RunState::running;
  task->cause.clear();
}

void put_row(TaskState& task, Fence fence, const metrics::Row& row) {
  const auto key = [](const metrics::Row& r) { return std::tie(r.epoch, r.step, r.subset, r.set); };
  const auto before = [&](const CurrentRow& at, const metrics::Row& wanted) { return key(at.row) < key(wanted); };
  if (task.rows.empty() || key(task.rows.back().row) < key(row)) {
    task.rows.push_back({fence, row});
    return;
  }
  const auto place = std::lower_bound(task.rows.begin(), task.rows.end(), row, before);
  if (key(place->row) == key(row)) *place = {fence, row};
  else task.rows.insert(place, {fence, row});
}

/// At once for all rows of a record, and still by doubling: most tasks have few records of several rows each.
void make_room(std::vector<CurrentRow>& rows, std::size_t more) {
  const std::size_t wanted = rows.size() + more;
  if (wanted > rows.capacity()) rows.reserve(std::max(wanted, 2 * rows.size()));
}

void apply_one(State& state, RowsRecord&& record) {
  TaskState* task = find_task(state, record.task);
  if (!task || is_old(*task, record.fence)) return;
  make_room(task->rows, record.rows.size());
  for (const MeasuredRow& row : record.rows) put_row(*task, record.fence, state.evaluation_sets.unpacked(record, row));
}

void apply_one(State& state, EvaluationSetsRecord&& record) {
  for (const EvaluationSet& set : record.sets) state.evaluation_sets.add(set);
}

/// The file that was there is needed no more by this task.
void replace(State& state, KeptFile& kept, KeptFile file) {
  if (!kept.artifact.empty() && kept.artifact != file.artifact) state.released.push_back(kept.artifact.hex);
  kept = std::move(file);
}

void apply_one(State& state, CheckpointRecord&& record) {
  TaskState* task = find_task(state, record.task);
  if (!task || is_old(*task, record.fence)) return;
  KeptFile file{std::move(record.artifact), record.at, record.bytes};
  if (record.kind == task::ArtifactKind::training) task->memory_losses = 0;
  switch (record.kind) {
    case task::ArtifactKind::training: return replace(state, task->training, std::move(file));
    case task::ArtifactKind::finished: return replace(state, task->finished, std::move(file));
    case task::ArtifactKind::predictions: return replace(state, task->predictions, std::move(file));
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
  task->diverged = record.diverged;
  task->cause = std::move(record.cause);
  task->seconds += record.seconds;
  task->epoch_images += record.epoch_images;
  if (!record.device.empty()) task->device = std::move(record.device);
  if (record.stopped != task::Stopped{}) task->stopped = record.stopped;  // one that only measures does not say it
  if (!is_final(task->state)) return;
  replace(state, task->training, {});
  task->recorded = recorded_by(*task, task->attempts.empty() ? task::Moment{} : task->attempts.back().resumed_from);
}

void lose_task(TaskState& task, const Fence& fence, const LostRecord& record, const std::string& outcome) {
  Attempt* attempt = open_attempt(task, fence);
  if (!attempt) return;
  attempt->outcome = outcome;
  attempt->ended = record.time;
  task.state = task::RunState::waiting;
}

void apply_one(State& state, LostRecord&& record) {
  for (const TaskId& id : record.unstarted) {
    TaskState* task = find_task(state, id);
    const bool was_there = task && !task->attempts.empty() && task->attempts.back().worker == record.worker;
    if (was_there) lose_task(*task, task->attempts.back().fence, record, "given back before it started");
  }
  for (const FailedAttempt& failed : record.attempts) {
    TaskState* task = find_task(state, failed.task);
    if (!task || !open_attempt(*task, failed.fence)) continue;
    lose_task(*task, failed.fence, record,
              task::describe(record.cause, record.signal, record.exit_code, record.log_tail));
    task->attempts.back().log_tail = record.log_tail;
    if (record.charged) ++task->charged;
    if (record.cause == task::FailureCause::out_of_memory) ++task->memory_losses;
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

void apply_one(State& state, RequestRecord&& record) {
  state.requests.push_back(
      {std::move(record.id), std::move(record.verb), std::move(record.from), record.time, std::move(record.targets)});
}

void apply_one(State& state, LossAcceptedRecord&& record) {
  for (std::string& text : record.damage) state.accepted_damage.push_back(std::move(text));
}

void apply_one(State& state, ArtifactDamagedRecord&& record) {
  for (auto& [id, task] : state.tasks) {
    for (KeptFile* file : {&task.training, &task.finished, &task.predictions}) {
      if (file->artifact == record.artifact) *file = {};
    }
  }
  state.damaged.push_back({std::move(record.artifact.hex), std::move(record.why), std::move(record.kept_as)});
}

void give_back(TaskState& task) {
  task.charged = task.memory_losses = 0;
  if (!is_final(task.state) || task.state == task::RunState::done) return;
  task.state = task::RunState::waiting;
  task.diverged = false;
  task.cause.clear();
}

void apply_one(State& state, GivenBackRecord&& record) {
  for (const TaskId& id : record.tasks) {
    if (TaskState* task = find_task(state, id)) give_back(*task);
  }
  for (const RunId& run : record.runs) state.cancelled.erase(run);
  for (const std::string& key : record.selections) {
    std::erase_if(state.selections,
                  [&](const plan::SelectionOutcome& one) { return one.key == key && one.chosen.empty(); });
  }
}

void apply_one(State& state, CancelledRecord&& record) {
  state.cancelled.insert(record.runs.begin(), record.runs.end());
}

void apply_one(State& state, MergedRecord&& record) { state.merged.push_back(std::move(record)); }

template <class Record>
void decode_and_apply(State& state, std::string_view payload) {
  apply_one(state, frame::from_tagged<Record>(payload));
}

struct Applier {
  std::uint16_t version = 0;  ///< the newest that is known; 0: the type is unknown
  void (*apply)(State&, std::string_view) = nullptr;
};

Applier applier_of(RecordType type) {
  switch (type) {
    case RecordType::segment_start: return {1, decode_and_apply<SegmentStart>};
    case RecordType::study: return {1, decode_and_apply<StudyRecord>};
    case RecordType::catalog: return {1, decode_and_apply<CatalogRecord>};
    case RecordType::runs: return {1, decode_and_apply<RunsRecord>};
    case RecordType::tasks: return {1, apply_tasks};
    case RecordType::attempt: return {1, decode_and_apply<AttemptRecord>};
    case RecordType::rows: return {1, decode_and_apply<RowsRecord>};
    case RecordType::checkpoint: return {1, decode_and_apply<CheckpointRecord>};
    case RecordType::ended: return {1, decode_and_apply<EndedRecord>};
    case RecordType::lost: return {1, decode_and_apply<LostRecord>};
    case RecordType::selection: return {1, decode_and_apply<SelectionRecord>};
    case RecordType::warning: return {1, decode_and_apply<WarningRecord>};
    case RecordType::finished: return {1, decode_and_apply<FinishedRecord>};
    case RecordType::request: return {1, decode_and_apply<RequestRecord>};
    case RecordType::loss_accepted: return {1, decode_and_apply<LossAcceptedRecord>};
    case RecordType::evaluation_sets: return {1, decode_and_apply<EvaluationSetsRecord>};
    case RecordType::artifact_damaged: return {1, decode_and_apply<ArtifactDamagedRecord>};
    case RecordType::given_back: return {1, decode_and_apply<GivenBackRecord>};
    case RecordType::cancelled: return {1, decode_and_apply<CancelledRecord>};
    case RecordType::merged: return {1, decode_and_apply<MergedRecord>};
  }
  return {};
}

[[noreturn]] void refuse(const std::string& what) {
  throw frame::NewerFormatError("the journal holds " + what, "a newer version of espalier wrote it",
                                "Use that version, or a later one. Nothing was changed.");
}

}  // namespace

void settle_dead(State& state) {
  for (auto& [id, task] : state.tasks) interrupt(task, "interrupted: its launch ended");
}

std::uint16_t version_of(RecordType type) { return applier_of(type).version; }

void apply(State& state, RecordType type, std::uint16_t version, std::string_view payload) {
  const auto number = static_cast<std::uint16_t>(type);
  const Applier applier = applier_of(type);
  if (!applier.apply && number >= kFirstOptional) return;
  if (!applier.apply) refuse(fmt::format("a record of type {}, which this version does not know", number));
  if (version > applier.version) refuse(fmt::format("a record of type {} in version {}", number, version));
  ++state.records;
  try {
    applier.apply(state, payload);
  } catch (const CorruptionError& error) {
    drop(state, Dropped::Kind::unreadable_record,
         fmt::format("a record of type {} that does not decode: {}", number, error.what()));
  }
}

}  // namespace espalier::store
