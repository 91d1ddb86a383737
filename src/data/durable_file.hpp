#pragma once
// Writes a file so that it is either absent or whole: to a temporary name, synced, renamed, the folder synced.
#include <filesystem>
#include <vector>

#include "espalier/core/hash.hpp"

namespace espalier::data {

/// Writes the parts one after the other. Safe when two processes write the same file at once: the last whole one stays.
/// Throws EnvironmentError with the system's text.
void write_durably(const std::filesystem::path& file, const std::vector<Bytes>& parts);

}  // namespace espalier::data
