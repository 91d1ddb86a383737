#pragma once
// What results.h5 and whole artifacts still hold of what a damaged journal has lost, and how it becomes records again.
#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "espalier/store/journal.hpp"
#include "espalier/store/state.hpp"

namespace espalier::store {

/// What there is of one task that was done.
struct RecoveredTask {
  TaskId task;
  task::NumericForm form;          ///< that it was done in
  std::vector<metrics::Row> rows;  ///< that the journal lacks
  KeptFile finished, predictions;  ///< whole files that the journal does not name any more
  double seconds = 0;              ///< of work, which the journal does not know of
  std::int64_t epoch_images = 0;
  std::string device;
  task::Stopped stopped;  ///< where its rule to stop ended it, if it has one
};

struct Recovery {
  std::vector<RecoveredTask> tasks;                ///< by id
  std::vector<plan::SelectionOutcome> selections;  ///< that were made, and no record has any more
  std::vector<std::string> left;    ///< what cannot be recovered, and why: a sentence each, without a full stop
  std::size_t rows = 0, files = 0;  ///< of all tasks
  std::size_t unlisted = 0;         ///< finished tasks of the views that no record lists: `run` plans them again
  std::string views;                ///< names of the files that could be read, the richest first
  bool empty() const { return tasks.empty() && selections.empty(); }
};

enum class FileCheck : std::uint8_t {
  presence,  ///< quick: a file of that name and a size above 0
  content,   ///< its bytes are those of its name
};

/// Compares `state` with results.h5 and with views that were kept under another name. Only of tasks that `state` lists,
/// and that are `wanted`, where that is given.
Recovery find_recovery(const State& state, const std::filesystem::path& out, FileCheck check,
                       const std::function<bool(const TaskId&)>& wanted = {});

/// "312 rows and 9 files of 14 finished tasks, and 2 selections".
std::string describe(const Recovery& recovery);

/// Appends the records; the caller commits. Each task gets an attempt of the writer's segment by worker 0, which begins
/// at its end, as one that only measures. Applies them to `state`, too, in which such a task lacks what it has no row
/// of.
void append_recovery(JournalWriter& writer, State& state, const Recovery& recovery, double time);

}  // namespace espalier::store
