#pragma once
// Joins other stores to one (`espalier merge`): what is taken of each, and how it comes into the journal all at once.
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "espalier/store/journal.hpp"
#include "espalier/store/state.hpp"

namespace espalier::store {

/// A store that gives its work. It is only read.
struct MergeSource {
  std::filesystem::path directory;  ///< absolute
  State state;                      ///< replayed with all details
  bool in_use = false;              ///< a launch works on it: tasks that have not ended are left to it
};

/// What is done with a task of a source.
enum class Taking : std::uint8_t {
  nothing,
  plan,     ///< it is listed, in its numeric form
  history,  ///< all records of it, in place of what was there
  rest,     ///< it is done in both: rows and files that the target lacks
};

struct TakenTask {
  TaskId task;
  Taking taking = Taking::nothing;
  bool operator==(const TakenTask&) const = default;
};

/// What one store gives to another that holds `into` so far. Lists that are empty change nothing.
struct Joining {
  bool is_first = false;               ///< the target has no study yet: it gets the source's
  std::vector<TakenTask> tasks;        ///< by id, without those of which nothing is taken
  std::vector<task::Task> asked_more;  ///< tasks of which the source is asked to record more: both wishes
  std::vector<TaskId> reopened;        ///< had ended without being done, and are taken up again
  std::vector<plan::PlannedRun> runs;
  std::vector<RunId> cancelled;
  task::Catalog catalog;
  std::vector<plan::SelectionOutcome> selections;
  std::vector<std::string> forgotten;  ///< keys of selections that could not be made there, and may be now
  std::vector<std::string> warnings, damage;
  // For the user, a sentence each without a full stop.
  std::vector<std::string> conflicts;    ///< equal task and numeric form, different values: nothing was taken
  std::vector<std::string> other_forms;  ///< done in another numeric form: the first is kept
  std::vector<std::string> notes;        ///< other differences, of which the first is kept
  bool is_empty() const;
};

/// Pure. Equal states, in any order of their tasks, give equal results; joining once more what was joined gives
/// nothing.
Joining join(const State& into, const std::string& into_name, const MergeSource& from);

/// What came of one source.
struct MergedSource {
  Joining joining;
  std::size_t histories = 0, rests = 0, plans = 0;  ///< tasks, by what was taken of them
  std::vector<std::string> lost_files;              ///< artifacts that are missing or damaged there: not taken
};

/// Collects what sources give and writes it as one segment, which is there as a whole or not at all. From before
/// finish() the caller holds OUT's lock, and sees to it that the journal is still as `into` was read from it.
class Merge {
 public:
  Merge(std::filesystem::path out, State into);
  Merge(Merge&&) noexcept;
  Merge& operator=(Merge&&) noexcept;
  ~Merge();

  /// Takes what the target does not have yet. Nothing is written.
  MergedSource add(MergeSource source, double time);
  /// The state with all that was added.
  const State& state() const;
  /// Brings files and records of all sources into OUT; `exit_code` and `time` are of the record that ends the segment.
  /// Returns whether the journal got a segment: not where there was nothing new. In any case it moves files to their
  /// place that a merge which was killed had journaled.
  bool finish(const WriterIdentity& who, std::int32_t exit_code, double time);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Whether results.h5 is of the journal as it is now.
bool is_view_current(const State& state, const std::filesystem::path& out);

}  // namespace espalier::store
