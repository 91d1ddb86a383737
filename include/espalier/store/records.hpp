#pragma once
// The facts the journal holds: one struct a record, each field with its number. docs/journal.md says what each is for.
#include <cstdint>
#include <string>
#include <vector>

#include "espalier/core/ids.hpp"
#include "espalier/frame/tagged.hpp"
#include "espalier/metrics/row.hpp"
#include "espalier/plan/plan.hpp"
#include "espalier/task/outcome.hpp"

namespace espalier::store {

/// A reader refuses unknown types below kFirstOptional, and skips those from there on.
enum class RecordType : std::uint16_t {
  segment_start = 1,
  study = 2,
  catalog = 3,
  runs = 4,
  tasks = 5,
  attempt = 6,
  rows = 7,
  checkpoint = 8,
  ended = 9,
  lost = 10,
  selection = 11,
  warning = 12,
  finished = 14,
  request = 15,
  loss_accepted = 16,
  evaluation_sets = 17,
  artifact_damaged = 18,
  given_back = 19,
  cancelled = 20,
  merged = 128,
};
inline constexpr std::uint16_t kFirstOptional = 128;

/// First record of every segment.
struct SegmentStart {
  static constexpr RecordType kType = RecordType::segment_start;
  std::uint32_t segment = 0;
  std::string host;
  std::int64_t process = 0;
  std::string job;                    ///< Slurm job id, or ""
  std::uint32_t restart = 0;          ///< SLURM_RESTART_COUNT, or relaunches by the supervisor
  std::uint32_t previous = 0;         ///< the segment before that counts; 0: this is the first
  std::uint64_t previous_length = 0;  ///< bytes of `previous` that count as truth
  std::string program;                ///< version and commit
  double time = 0;                    ///< seconds since 1970
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    using frame::stored;
    archive& stored<1>("segment", segment) & stored<2>("host", host) & stored<3>("process", process) &
        stored<4>("job", job) & stored<5>("restart", restart) & stored<6>("previous", previous) &
        stored<7>("previous_length", previous_length) & stored<8>("program", program) & stored<9>("time", time);
  }
};

/// The study as run: written whenever it or its overrides differ from the last one.
struct StudyRecord {
  static constexpr RecordType kType = RecordType::study;
  std::string file_name;
  std::string text;
  std::vector<std::string> overrides;  ///< --set
  std::int32_t workers = 0, threads = 1;
  std::vector<std::string> without;  ///< passes left out
  plan::Facts facts;                 ///< data and checkpoints as resolved
  bool trial = false;                ///< of `run --smoke`, `--noop` or `--noop-tasks`: the next empties the folder
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    using frame::stored;
    archive& stored<1>("file_name", file_name) & stored<2>("text", text) & stored<3>("overrides", overrides) &
        stored<4>("workers", workers) & stored<5>("threads", threads) & stored<7>("without", without) &
        stored<8>("facts", facts) & stored<9>("trial", trial);  // 6 was the facts as JSON
  }
};

struct CatalogRecord {
  static constexpr RecordType kType = RecordType::catalog;
  task::Catalog catalog;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<1>("catalog", catalog);
  }
};

/// Runs as planned; a later record of the same run id replaces an earlier one (its taken values are now known).
/// `all_current` marks the record that opens a listing: runs not listed from here on have left the study.
struct RunsRecord {
  static constexpr RecordType kType = RecordType::runs;
  bool all_current = false;
  std::vector<plan::PlannedRun> runs;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<1>("all_current", all_current) & frame::stored<2>("runs", runs);
  }
};

struct TasksRecord {
  static constexpr RecordType kType = RecordType::tasks;
  std::vector<task::Task> tasks;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<1>("tasks", tasks);
  }
};

struct AttemptRecord {
  static constexpr RecordType kType = RecordType::attempt;
  Fence fence;
  TaskId task;
  WorkerId worker;
  task::Moment resumed_from;  ///< rows of earlier attempts after this moment are superseded
  double time = 0;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    using frame::stored;
    archive& stored<1>("fence", fence) & stored<2>("task", task) & stored<3>("worker", worker) &
        stored<4>("resumed_from", resumed_from) & stored<5>("time", time);
  }
};

/// An image set that rows are measured on, and the number by which they name it.
struct EvaluationSet {
  std::uint32_t number = 0;
  metrics::Subset subset = metrics::Subset::train;
  ImageSetId digest;  ///< empty for the running score
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    using frame::stored;
    archive& stored<1>("number", number) & stored<2>("subset", subset) & stored<3>("digest", digest);
  }
};

/// Stands before the first rows that name one of its sets.
struct EvaluationSetsRecord {
  static constexpr RecordType kType = RecordType::evaluation_sets;
  std::vector<EvaluationSet> sets;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<1>("sets", sets);
  }
};

/// A value per metric of its RowsRecord, measured on one image set at one moment.
struct MeasuredRow {
  std::int32_t epoch = 0, step = 0;
  std::uint32_t set = 0;  ///< its number
  std::int64_t count = 0;
  std::vector<double> values;  ///< NaN where it was not measured
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    using frame::stored;
    archive& stored<1>("epoch", epoch) & stored<2>("step", step) & stored<3>("set", set) & stored<4>("count", count) &
        stored<5>("values", values);
  }
};

struct RowsRecord {
  static constexpr RecordType kType = RecordType::rows;
  Fence fence;
  TaskId task;
  std::vector<metrics::Metric> metrics;
  std::vector<MeasuredRow> rows;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    using frame::stored;
    archive& stored<1>("fence", fence) & stored<2>("task", task) & stored<3>("metrics", metrics) &
        stored<4>("rows", rows);
  }
};

/// A file of a task: synced before this was written, and moved to OUT/artifacts after it was.
struct CheckpointRecord {
  static constexpr RecordType kType = RecordType::checkpoint;
  Fence fence;
  TaskId task;
  task::ArtifactKind kind = task::ArtifactKind::training;
  task::Moment at;
  ArtifactId artifact;
  std::int64_t bytes = 0;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    using frame::stored;
    archive& stored<1>("fence", fence) & stored<2>("task", task) & stored<3>("kind", kind) & stored<4>("at", at) &
        stored<5>("artifact", artifact) & stored<6>("bytes", bytes);
  }
};

/// A task's end. `state` is final unless it is waiting (stopped, to go on later).
struct EndedRecord {
  static constexpr RecordType kType = RecordType::ended;
  Fence fence;
  TaskId task;
  task::RunState state = task::RunState::done;
  std::string cause;
  double seconds = 0;
  std::int64_t epoch_images = 0;
  std::string device;
  double time = 0;
  bool diverged = false;  ///< failed because a loss was not finite
  task::Stopped stopped;  ///< of a training with a rule that is done; rows behind its result are not results
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    using frame::stored;
    archive& stored<1>("fence", fence) & stored<2>("task", task) & stored<3>("state", state) &
        stored<4>("cause", cause) & stored<5>("seconds", seconds) & stored<6>("epoch_images", epoch_images) &
        stored<7>("device", device) & stored<8>("time", time) & stored<9>("diverged", diverged) &
        stored<1010>("stopped", stopped);
  }
};

/// An attempt that its trainer's failure ended.
struct FailedAttempt {
  TaskId task;
  Fence fence;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<1>("task", task) & frame::stored<2>("fence", fence);
  }
};

/// Attempts that ended by the failure of their trainer.
struct LostRecord {
  static constexpr RecordType kType = RecordType::lost;
  WorkerId worker;
  task::FailureCause cause = task::FailureCause::crashed;
  std::int32_t signal = 0, exit_code = 0;
  std::string log_tail;
  std::vector<FailedAttempt> attempts;  ///< that had begun
  std::vector<TaskId> unstarted;        ///< tasks that were queued at the agent, given back
  bool charged = false;                 ///< counts against the tasks' crash budget
  double time = 0;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    using frame::stored;
    archive& stored<1>("worker", worker) & stored<2>("cause", cause) & stored<3>("signal", signal) &
        stored<4>("exit_code", exit_code) & stored<5>("log_tail", log_tail) & stored<6>("attempts", attempts) &
        stored<7>("unstarted", unstarted) & stored<8>("charged", charged) & stored<9>("time", time);
  }
};

struct SelectionRecord {
  static constexpr RecordType kType = RecordType::selection;
  plan::SelectionOutcome outcome;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<1>("outcome", outcome);
  }
};

/// Something the user must see in status and report: "source 'half' reached 41 % in split 2".
struct WarningRecord {
  static constexpr RecordType kType = RecordType::warning;
  std::string text;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<1>("text", text);
  }
};

/// The launch ended in order: all done, some failed, or stopped with work left.
struct FinishedRecord {
  static constexpr RecordType kType = RecordType::finished;
  std::int32_t exit_code = 0;
  double time = 0;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<1>("exit_code", exit_code) & frame::stored<2>("time", time);
  }
};

/// What another process asked rank 0 for by a file in OUT/requests, as it was taken up.
struct RequestRecord {
  static constexpr RecordType kType = RecordType::request;
  std::string id;                    ///< the file's name without its extension
  std::string verb;                  ///< "stop", "retry", "cancel"
  std::string from;                  ///< "process 12 on host a"
  double time = 0;                   ///< when it was taken up
  bool obeyed = true;                ///< false: it was meant for an earlier launch, which had ended
  std::vector<std::string> targets;  ///< ids of tasks (retry) or runs (cancel)
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    using frame::stored;
    archive& stored<1>("id", id) & stored<2>("verb", verb) & stored<3>("from", from) & stored<4>("time", time) &
        stored<5>("obeyed", obeyed) & stored<6>("targets", targets);
  }
};

/// A file that a record named is gone or of no use: no task has it any more.
struct ArtifactDamagedRecord {
  static constexpr RecordType kType = RecordType::artifact_damaged;
  ArtifactId artifact;
  std::string why;
  std::string kept_as;  ///< its name in OUT/artifacts from here on; "" where nothing was there
  double time = 0;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    using frame::stored;
    archive& stored<1>("artifact", artifact) & stored<2>("why", why) & stored<3>("kept_as", kept_as) &
        stored<4>("time", time);
  }
};

/// Work that had ended without being done is to be tried again: its tasks wait, with a full budget.
struct GivenBackRecord {
  static constexpr RecordType kType = RecordType::given_back;
  std::vector<TaskId> tasks;
  std::vector<RunId> runs;              ///< that were cancelled before
  std::vector<std::string> selections;  ///< keys of those that could not be made: forgotten, to be made anew
  double time = 0;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    using frame::stored;
    archive& stored<1>("tasks", tasks) & stored<2>("runs", runs) & stored<3>("selections", selections) &
        stored<4>("time", time);
  }
};

/// Runs that nobody wants any more. The ends of their tasks, where nobody else needs them, are records of their own.
struct CancelledRecord {
  static constexpr RecordType kType = RecordType::cancelled;
  std::vector<RunId> runs;
  double time = 0;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<1>("runs", runs) & frame::stored<2>("time", time);
  }
};

/// The user has seen this damage of earlier segments and goes on without what it held (`run --accept-loss`).
struct LossAcceptedRecord {
  static constexpr RecordType kType = RecordType::loss_accepted;
  std::vector<std::string> damage;  ///< texts as reading gives them
  double time = 0;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<1>("damage", damage) & frame::stored<2>("time", time);
  }
};

/// Another store gave its work to this one (`espalier merge`). It is optional: all that counts are the records beside
/// it.
struct MergedRecord {
  static constexpr RecordType kType = RecordType::merged;
  std::string source;                  ///< absolute path of that store
  std::string through;                 ///< the store that had taken the work from `source` before; "" where none had
  std::string study;                   ///< SHA-256 of the text of its study
  std::vector<SegmentStart> segments;  ///< of its journal: which programs, hosts and jobs did the work
  std::vector<TaskId> tasks;           ///< whose attempts, rows or files came from it, ascending
  std::int32_t workers = 0, threads = 1;
  double time = 0;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    using frame::stored;
    archive& stored<1>("source", source) & stored<2>("through", through) & stored<3>("study", study) &
        stored<4>("segments", segments) & stored<5>("tasks", tasks) & stored<6>("workers", workers) &
        stored<7>("threads", threads) & stored<8>("time", time);
  }
};

}  // namespace espalier::store
