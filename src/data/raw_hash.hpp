#pragma once
// Hashes the content of raw files, without reading them again while they are unchanged.
#include <filesystem>
#include <string>

namespace espalier::data {

/// SHA-256 of a file's bytes, or of a folder's names and bytes. `memory` remembers it by path, size, inode and times;
/// a file changed within the last seconds is not remembered, as its next change might show the same times.
/// Throws UsageError where it is not there.
std::string raw_hash(const std::filesystem::path& path, const std::filesystem::path& memory);

}  // namespace espalier::data
