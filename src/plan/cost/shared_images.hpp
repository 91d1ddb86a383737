#pragma once
// Counts what tasks share of images: equal ones under several labels, and passes that several looks at a network take.
#include "plan/task_table.hpp"

namespace espalier::plan {

/// Call after forms have been chosen.
SharedImages shared_images_of(const TaskTable& tasks, const task::Catalog& catalog);

}  // namespace espalier::plan
