#pragma once
// Counts references to the files in OUT/artifacts and deletes those the journal no longer refers to.
#include <filesystem>
#include <string>
#include <unordered_map>
#include <vector>

#include "espalier/store/state.hpp"

namespace espalier::runtime {

class ArtifactShelf {
 public:
  ArtifactShelf(std::filesystem::path folder, const store::State& state);

  void add(const ArtifactId& artifact);
  void drop(const ArtifactId& artifact);
  bool has_dropped() const { return !dropped_.empty(); }
  /// Deletes files without references. Call only after a commit, and only as the journal's writer.
  void sweep();
  /// Deletes files that a killed launch left and nobody refers to. Call once all references are added.
  void sweep_strangers();
  /// Whether the artifact's file exists.
  bool holds(const ArtifactId& artifact) const;

 private:
  std::filesystem::path file_of(const std::string& hex) const { return folder_ / (hex + ".safetensors"); }

  std::filesystem::path folder_;
  std::unordered_map<std::string, int> references_;
  std::vector<std::string> dropped_;
};

}  // namespace espalier::runtime
