#pragma once
// Reads finished tasks, their measurements and selections back out of results.h5, or of one that was kept under another
// name.
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "espalier/store/state.hpp"

namespace espalier::store {

struct ViewedTask {
  std::string state, device;
  double seconds = 0;
  std::int64_t epoch_images = 0;
  ArtifactId finished, predictions;
  task::NumericForm form;
  task::Stopped stopped;
  std::vector<metrics::Row> rows;
};

struct ViewedTasks {
  std::map<TaskId, ViewedTask> tasks;
  std::vector<plan::SelectionOutcome> selections;  ///< that were made; those whose values cannot be told are left out
  Position position;                               ///< of the journal that the view was made from
};

/// Throws Error where the file is no view of this version or is damaged.
ViewedTasks read_viewed_tasks(const std::filesystem::path& file);

}  // namespace espalier::store
