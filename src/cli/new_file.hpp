#pragma once
// Writes files that must not exist yet.
#include <filesystem>
#include <string>

namespace espalier::cli {

/// Throws UsageError where the file is there already, whoever makes it at the same time; what could be written only in
/// part is removed.
void write_new(const std::filesystem::path& file, const std::string& text);

}  // namespace espalier::cli
