#pragma once
// Brings artifacts of other stores into OUT: by hard links where the file system has them, else by copies.
#include <filesystem>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "espalier/store/state.hpp"

namespace espalier::store {

class MergeFiles {
 public:
  explicit MergeFiles(std::filesystem::path out) : out_(std::move(out)) {}

  /// Call before a source is compared: its tasks lose the files that are not there. Names them for the user.
  std::vector<std::string> look_into(const std::filesystem::path& source, State& state);
  /// Whether the target has the artifact or can get it from the source that was looked into last; reads it there, and
  /// remembers it as wanted. What is damaged is added to `lost`.
  bool provide(const ArtifactId& artifact, std::vector<std::string>& lost);
  /// Puts what is wanted where a launch of `segment` would leave it before its records are durable.
  void bring(std::uint32_t segment) const;

 private:
  bool is_in_target(const ArtifactId& artifact) const;

  std::filesystem::path out_;
  std::unordered_map<std::string, std::filesystem::path> offered_;  ///< files of the source by digest
  std::map<std::string, std::filesystem::path> wanted_;             ///< of all sources, read and right
};

/// Moves files that tasks have from where launches and merges that were killed left them to OUT/artifacts.
void complete_moves(const std::filesystem::path& out, const State& state);

/// Removes what bring() left unneeded, and its folder.
void clear_unfinished(const std::filesystem::path& out, std::uint32_t segment);

}  // namespace espalier::store
