#pragma once
// The facts the journal holds. One struct a record; kType is its frame type. docs/journal.md says what each is for.
#include <cstdint>
#include <string>
#include <vector>

#include "espalier/core/ids.hpp"
#include "espalier/plan/plan.hpp"
#include "espalier/sched/messages.hpp"

namespace espalier::store {

enum class RecordType : std::uint16_t {
  segment_start = 1,
  study,
  catalog,
  runs,
  tasks,
  attempt,
  rows,
  checkpoint,
  ended,
  lost,
  selection,
  warning,
  note,
  finished,
};

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
    archive& ESPALIER_FIELD(segment) & ESPALIER_FIELD(host) & ESPALIER_FIELD(process) & ESPALIER_FIELD(job) &
        ESPALIER_FIELD(restart) & ESPALIER_FIELD(previous) & ESPALIER_FIELD(previous_length) & ESPALIER_FIELD(program) &
        ESPALIER_FIELD(time);
  }
};

/// The study as run: written whenever it or its overrides differ from the last one.
struct StudyRecord {
  static constexpr RecordType kType = RecordType::study;
  std::string file_name;
  std::string text;
  std::vector<std::string> overrides;  ///< --set
  std::int32_t workers = 0, threads = 1;
  std::string facts_json;            ///< data facts as resolved
  std::vector<std::string> without;  ///< passes left out
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(file_name) & ESPALIER_FIELD(text) & ESPALIER_FIELD(overrides) & ESPALIER_FIELD(workers) &
        ESPALIER_FIELD(threads) & ESPALIER_FIELD(facts_json) & ESPALIER_FIELD(without);
  }
};

struct CatalogRecord {
  static constexpr RecordType kType = RecordType::catalog;
  task::Catalog catalog;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(catalog);
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
    archive& ESPALIER_FIELD(all_current) & ESPALIER_FIELD(runs);
  }
};

struct TasksRecord {
  static constexpr RecordType kType = RecordType::tasks;
  std::vector<task::Task> tasks;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(tasks);
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
    archive& ESPALIER_FIELD(fence) & ESPALIER_FIELD(task) & ESPALIER_FIELD(worker) & ESPALIER_FIELD(resumed_from) &
        ESPALIER_FIELD(time);
  }
};

struct RowsRecord {
  static constexpr RecordType kType = RecordType::rows;
  Fence fence;
  TaskId task;
  std::vector<metrics::Row> rows;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(fence) & ESPALIER_FIELD(task) & ESPALIER_FIELD(rows);
  }
};

struct CheckpointRecord {
  static constexpr RecordType kType = RecordType::checkpoint;
  sched::CheckpointMade made;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(made);
  }
};

/// A task's end. `state` is final unless it is waiting (stopped, to go on later).
struct EndedRecord {
  static constexpr RecordType kType = RecordType::ended;
  Fence fence;
  TaskId task;
  plan::RunState state = plan::RunState::done;
  std::string cause;
  double seconds = 0;
  std::int64_t epoch_images = 0;
  std::string device;
  double time = 0;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(fence) & ESPALIER_FIELD(task) & ESPALIER_FIELD(state) & ESPALIER_FIELD(cause) &
        ESPALIER_FIELD(seconds) & ESPALIER_FIELD(epoch_images) & ESPALIER_FIELD(device) & ESPALIER_FIELD(time);
  }
};

/// An attempt that ended by the loss of its trainer.
struct LostRecord {
  static constexpr RecordType kType = RecordType::lost;
  sched::TrainerLost lost;
  bool charged = false;
  double time = 0;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(lost) & ESPALIER_FIELD(charged) & ESPALIER_FIELD(time);
  }
};

struct SelectionRecord {
  static constexpr RecordType kType = RecordType::selection;
  plan::SelectionOutcome outcome;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(outcome);
  }
};

/// Something the user must see in status and report: "source 'half' reached 41 % in split 2".
struct WarningRecord {
  static constexpr RecordType kType = RecordType::warning;
  std::string text;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(text);
  }
};

/// The launch ended in order: all done, some failed, or stopped with work left.
struct FinishedRecord {
  static constexpr RecordType kType = RecordType::finished;
  std::int32_t exit_code = 0;
  double time = 0;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(exit_code) & ESPALIER_FIELD(time);
  }
};

}  // namespace espalier::store
