#pragma once
// Reads a study file as text.
#include <filesystem>
#include <string>

namespace espalier::session {

/// Reads the file as text: refuses what is missing, empty, above 1 MiB or not UTF-8 with one UsageError each.
std::string read_study_text(const std::filesystem::path& file);

}  // namespace espalier::session
