#pragma once
// A task as it is read where only counts and states matter.
#include <string_view>

#include "espalier/task/task.hpp"

namespace espalier::store {

/// The task without what it does, but for when a training ends: several times as fast to read. Throws as
/// frame::from_tagged().
task::Task read_brief(std::string_view bytes);

}  // namespace espalier::store
