#pragma once
// Judges a source network that has been trained.
#include <optional>
#include <string>

#include "espalier/runtime/launch.hpp"
#include "espalier/store/state.hpp"

namespace espalier::runtime {

/// Why little can be learnt from this source: its last validation accuracy is below the user's threshold.
std::optional<std::string> weakness_of(const store::TaskState& source, const SourceThreshold& threshold);

}  // namespace espalier::runtime
