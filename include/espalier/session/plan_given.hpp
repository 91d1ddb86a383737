#pragma once
// Reads selections that the user made by hand (`--given FILE`).
#include <filesystem>
#include <vector>

#include "espalier/plan/plan.hpp"

namespace espalier::session {

/// Selections made by hand: a JSON list of {"experiment": NAME, "per": {axis: value}, "values": {axis: value}}.
/// Throws UsageError where the file cannot be read as such.
std::vector<plan::SelectionOutcome> read_given(const std::filesystem::path& file);

}  // namespace espalier::session
