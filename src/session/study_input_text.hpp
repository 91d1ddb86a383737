#pragma once
// Reads files that a user names as text.
#include <cstdint>
#include <filesystem>
#include <string>

namespace espalier::session {

/// `what` is what the file ought to be, as in "a study file". Throws UsageError where it is missing, no regular file or
/// larger than `most_bytes`.
std::string read_text(const std::filesystem::path& file, const std::string& what, std::uintmax_t most_bytes);

/// Throws UsageError with file and line where the text is not UTF-8.
void check_utf8(const std::string& text, const std::filesystem::path& file);

/// Reads the file as text: refuses what is missing, empty, above 1 MiB or not UTF-8 with one UsageError each.
std::string read_study_text(const std::filesystem::path& file);

}  // namespace espalier::session
