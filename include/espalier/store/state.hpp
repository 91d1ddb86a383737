#pragma once
// The state of a directory, replayed from its journal; status, report and resume start from it.
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "espalier/frame/frame.hpp"
#include "espalier/store/records.hpp"

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

struct TaskState {
  task::Task task;
  plan::RunState state = plan::RunState::waiting;
  std::string cause;
  std::vector<CurrentRow> rows;              ///< one per (subset, epoch, step), ascending by epoch, step, subset
  task::RecordSpec recorded;                 ///< what the attempt that ended it was asked to record
  KeptFile training, finished, predictions;  ///< `training` is none once the task has ended for good
  std::vector<Attempt> attempts;
  std::int32_t charged = 0;  ///< crashes that count against its budget
  double seconds = 0;        ///< of work, all attempts
  std::int64_t epoch_images = 0;
  std::string device;
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

/// How much of a task is kept in memory.
enum class Detail : std::uint8_t {
  full,
  brief,  ///< without `task.train`: enough for counts and states, several times as fast at 100,000 tasks
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
  std::vector<std::string> dropped;  ///< what recovery left out, and why
  std::int32_t last_exit = -1;       ///< of the last launch that ended in order; -1: none, or one runs now
  std::uint64_t records = 0;
  std::uint32_t next_segment = 1;
  Position position;  ///< where the last record applied ends

  /// The state of a run follows its task's, its selection's and whether inputs are done.
  plan::RunState state_of(const plan::PlannedRun& run) const;
  /// What plan::compile wants to know.
  plan::Outcomes outcomes() const;
};

/// Of a line in `dropped`: what a writer that was killed leaves behind, rather than damage?
bool is_harmless(const std::string& dropped);

/// Call when no process works on the directory: marks attempts that the journal shows as running as interrupted.
void settle_dead(State& state);

/// Is a task in this state never to be worked on again by itself?
bool is_final(plan::RunState state);

/// Applies one record found in `segment`. Never throws for its content: records of unknown type, of tasks that are not
/// listed, or that do not decode are counted in `dropped`; those that carry an old fence are ignored.
void apply(State& state, const frame::Frame& record, Fence segment);
void apply(State& state, std::uint16_t type, std::string_view payload, Fence segment);

}  // namespace espalier::store
