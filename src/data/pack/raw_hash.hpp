#pragma once
// Hashes the content of raw files, without reading them again while they are unchanged.
#include <filesystem>
#include <string>

namespace espalier::data {

struct RawHash {
  std::string hex;        ///< SHA-256 of a file's bytes, or of a folder's names and bytes
  std::string unwritten;  ///< why it could not be remembered; "" where it was, or need not be
};

/// `memory` remembers the hash by path, size, inode and times; a file changed within the last seconds is not
/// remembered, as its next change might show the same times. Throws UsageError where it is not there, EnvironmentError
/// where the machine cannot read it.
RawHash raw_hash(const std::filesystem::path& path, const std::filesystem::path& memory);

}  // namespace espalier::data
