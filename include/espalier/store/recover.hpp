#pragma once
// What results.h5 and whole artifacts still hold of what a damaged journal has lost, and how it becomes records again.
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "espalier/store/journal.hpp"
#include "espalier/store/state.hpp"

namespace espalier::store {

/// What there is of one task that was done.
struct RecoveredTask {
  TaskId task;
  std::vector<metrics::Row> rows;  ///< that the journal lacks
  KeptFile finished, predictions;  ///< whole files that the journal does not name any more
  double seconds = 0;              ///< of work, which the journal does not know of
  std::int64_t epoch_images = 0;
  std::string device;
};

struct Recovery {
  std::vector<RecoveredTask> tasks;  ///< by id
  std::vector<std::string> left;     ///< what cannot be recovered, and why: a sentence each, without a full stop
  std::size_t rows = 0, files = 0;   ///< of all tasks
};

enum class FileCheck : std::uint8_t {
  presence,  ///< quick: a file of that name and a size above 0
  content,   ///< its bytes are those of its name
};

/// Compares `state` with results.h5 and with views that were kept under another name. Only of tasks that `state` lists.
Recovery find_recovery(const State& state, const std::filesystem::path& out, FileCheck check);

/// "312 rows and 9 files of 14 finished tasks".
std::string describe(const Recovery& recovery);

/// Appends the records; the caller commits. Each task gets an attempt of the writer's segment by worker 0, which begins
/// at its end, as one that only measures. Applies them to `state`, too.
void append_recovery(JournalWriter& writer, State& state, const Recovery& recovery, double time);

}  // namespace espalier::store
