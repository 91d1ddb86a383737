#pragma once
// The state of a directory, replayed from its journal; status, report and resume start from it.
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "espalier/core/culprit.hpp"
#include "espalier/store/records.hpp"
#include "espalier/store/row_records.hpp"

namespace espalier::store {

/// A checkpoint or network on disk that the journal vouches for.
struct KeptFile {
  ArtifactId artifact;
  task::Moment at;
  std::int64_t bytes = 0;
};

/// One current metric row and who measured it.
struct CurrentRow {
  Fence fence;
  metrics::Row row;
};

struct Attempt {
  Fence fence;
  WorkerId worker;
  task::Moment resumed_from;
  double started = 0, ended = 0;
  std::string outcome;  ///< "done", "diverged", "trainer killed by signal 9", ... ; "" while it runs
  std::string log_tail;
};

/// An image set that attempts which trained were asked to measure, and the moment from which on they all were.
struct AskedRows {
  task::EvaluationSpec evaluation;
  task::Moment since;
};

struct TaskState {
  task::Task task;
  task::RunState state = task::RunState::waiting;
  bool diverged = false;  ///< failed because a loss was not finite
  std::string cause;
  std::vector<CurrentRow> rows;              ///< one per (moment, image set), ascending by moment, subset, set
  task::RecordSpec recorded;                 ///< what its rows answer: of the attempts that ended it
  std::vector<AskedRows> asked;              ///< of the attempts that trained
  KeptFile training, finished, predictions;  ///< `training` is none once the task has ended for good
  std::vector<Attempt> attempts;
  std::int32_t charged = 0;        ///< crashes that count against its budget
  std::int32_t memory_losses = 0;  ///< trainers lost for want of memory since its last checkpoint
  double seconds = 0;              ///< of work, all attempts
  std::int64_t epoch_images = 0;
  std::string device;
  task::Stopped stopped;  ///< where its rule ended it, if it has one
};

struct RunEntry {
  plan::PlannedRun run;
  bool current = true;  ///< false: it left the study
};

/// A place in the journal: `bytes` of `segment` are read.
struct Position {
  std::uint32_t segment = 0;
  std::uint64_t bytes = 0;
  auto operator<=>(const Position&) const = default;
};

/// Something that reading a journal left out.
struct Dropped {
  enum class Kind : std::uint8_t {
    torn_tail,          ///< what a writer left that was killed while it wrote: nothing of it was acknowledged
    unbegun_segment,    ///< a segment without a valid first record, which nothing shows to have held more
    lost_bytes,         ///< bytes that were synced, behind a record that cannot be read
    lost_segment,       ///< a segment that held records and is gone, or whose first record cannot be read
    unreadable_record,  ///< its checksum is right, its fields are impossible
    unlisted_task,      ///< records of a task that no record lists
    missing_rows,       ///< a task is done without a row that it must have: it is measured again
    incomplete_curve,   ///< a task is done without rows of epochs before its end: nothing measures them again
    accepted,           ///< damage that `run --accept-loss` was told to go on without
  } kind = Kind::torn_tail;
  std::string text;
  std::uint64_t times = 1;
};

/// Whether something is lost that was acknowledged once, so that a launch must not go on without being told to.
bool is_damage(const Dropped& dropped);
/// Whether the user must hear of it: damage, and rows that are missing.
bool is_loss(const Dropped& dropped);
/// "segment 3, byte 812: checksum differs; 90 bytes that count are lost (2 times)".
std::string describe(const Dropped& dropped);

/// Whether memory did not suffice for a task as often as a launch tries it: each launch tries it once.
inline bool lacks_memory(const TaskState& task) { return task.memory_losses >= kMachineBudget; }

/// A request of another process that rank 0 has taken up.
struct TakenRequest {
  std::string id, verb, from;
  double time = 0;
  std::vector<std::string> targets;
};

/// A file of ours that was found damaged or gone.
struct DamagedFile {
  std::string artifact;  ///< hexadecimal
  std::string why;
  std::string kept_as;  ///< its name in OUT/artifacts now; "" where nothing was there
};

/// How much of a task is kept in memory.
enum class Detail : std::uint8_t {
  full,
  brief,  ///< without the work itself: enough for counts and states, several times as fast at 100,000 tasks
};

struct State {
  Detail detail = Detail::full;
  std::vector<SegmentStart> segments;
  StudyRecord study;
  task::Catalog catalog;
  std::vector<RunEntry> runs;                        ///< in the order in which they were first listed
  std::unordered_map<RunId, std::size_t> run_index;  ///< id -> place in `runs`
  std::unordered_map<TaskId, TaskState> tasks;       ///< no order: sort by id where output depends on it
  std::vector<plan::SelectionOutcome> selections;
  std::vector<std::string> warnings;
  std::vector<Dropped> dropped;              ///< what recovery left out, and why
  std::vector<std::string> accepted_damage;  ///< what `run --accept-loss` was told to go on without
  EvaluationSets evaluation_sets;            ///< that rows name
  std::vector<TakenRequest> requests;
  std::unordered_set<RunId> cancelled;  ///< runs that were dropped on request
  std::vector<DamagedFile> damaged;     ///< files set aside
  std::vector<MergedRecord> merged;     ///< what other stores gave to this one
  std::vector<std::string> released;    ///< artifacts that a record once named and none needs any more, hexadecimal
  std::int32_t last_exit = -1;          ///< of the last launch that ended in order; -1: none, or one runs now
  std::uint64_t records = 0;
  std::uint32_t next_segment = 1;
  Position position;  ///< where the last record applied ends

  /// The state of a run follows its task's, its selection's, whether inputs are done, and whether it was cancelled.
  task::RunState state_of(const plan::PlannedRun& run) const;
  /// What plan::compile wants to know.
  plan::Outcomes outcomes() const;
};

/// Where the training ended, and the moment of the state that is its result; of a probe {0, 0}.
task::Moment end_of(const TaskState& task);
task::Moment result_moment(const TaskState& task);

/// The result of a task on its first image set of that name: its last row there up to
/// result_moment(); null where there is none.
const metrics::Row* result_at(const TaskState& task, metrics::Subset name);
/// The result of a run of that task, on the run's own image set.
const metrics::Row* result_at(const TaskState& task, const plan::PlannedRun& run, metrics::Subset name);

/// Whether attempts of the segments from `first` on have brought rows, checkpoints or an end. `state`: in full detail.
bool has_progress_since(const State& state, std::uint32_t first);

/// What gave the task its work last; null where it was done here.
const MergedRecord* origin_of(const State& state, const TaskId& task);

/// Call when no process works on the directory: marks attempts that the journal shows as running as interrupted.
void settle_dead(State& state);

/// Damage that is among what was accepted becomes Kind::accepted. Call once all that was dropped is known.
void mark_accepted(State& state);

/// Applies one record. Records of unknown optional type are skipped; records of tasks that are not listed, or that do
/// not decode, are counted in `dropped`; those that carry an old fence are ignored. Throws frame::NewerFormatError for
/// a record that a newer version of this program wrote and that must be understood.
void apply(State& state, RecordType type, std::uint16_t version, std::string_view payload);

/// The version of a record's fields that this program writes and knows.
std::uint16_t version_of(RecordType type);

}  // namespace espalier::store
