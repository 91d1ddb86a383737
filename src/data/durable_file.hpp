#pragma once
// A file that is either not there or whole: written beside, synced, renamed, the folder synced.
#include <filesystem>
#include <vector>

#include "espalier/core/hash.hpp"

namespace espalier::data {

/// Writes the parts one after the other. Safe when two processes write the same file at once: the last whole one stays.
/// Throws EnvironmentError with the system's text.
void write_durably(const std::filesystem::path& file, const std::vector<Bytes>& parts);

}  // namespace espalier::data
