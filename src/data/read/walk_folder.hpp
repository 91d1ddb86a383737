#pragma once
// Lists all that lies below a folder.
#include <filesystem>
#include <vector>

namespace espalier::data {

/// Below one folder, at any depth and through symbolic links, ordered by their folder, then by name (bytes).
struct FolderTree {
  std::vector<std::filesystem::path> files;  ///< whatever is no folder
  std::vector<std::filesystem::path> folders;
};

/// Throws UsageError where a folder cannot be read, leads back to one around it, lies deeper than 64 folders, or is
/// reached on more than 256 ways.
FolderTree walk_folder(const std::filesystem::path& folder);

/// What the folder itself holds, sorted. Throws UsageError where it cannot be read.
std::vector<std::filesystem::path> sorted_entries(const std::filesystem::path& folder);

}  // namespace espalier::data
