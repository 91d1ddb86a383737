#pragma once
// Reads a class tree from its files.
#include <filesystem>
#include <string>

#include "espalier/task/tree_listing.hpp"

namespace espalier::session {

/// Paths are relative to `root`; `names` may be "". Throws UsageError naming file and line: what cannot be read, and
/// what is no tree.
task::TreeListing read_tree_files(const std::filesystem::path& root, const std::string& file, const std::string& names);

}  // namespace espalier::session
