#pragma once
// Moves a damaged file out of the way without deleting it.
#include <filesystem>

namespace espalier::data {

/// Renames `file` to the first free "<file>.damaged-<n>", which it returns; empty where the file has gone meanwhile.
/// Throws EnvironmentError where the folder cannot be written.
std::filesystem::path set_aside(const std::filesystem::path& file);

}  // namespace espalier::data
