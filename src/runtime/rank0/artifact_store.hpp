#pragma once
// Moves journaled files to OUT/artifacts, counts who needs them, and deletes those that the journal vouched for once
// and nobody needs any more. No other file is ever deleted.
#include <filesystem>
#include <string>
#include <unordered_map>
#include <vector>

#include "espalier/store/state.hpp"

namespace espalier::runtime {

class ArtifactStore {
 public:
  /// Makes the folders of this launch, which writes journal segment `segment`. Throws EnvironmentError.
  ArtifactStore(std::filesystem::path out, const store::State& state, std::uint32_t segment);

  /// Makes the folder where the trainers of a worker of this launch put files that are not journaled yet, and returns
  /// it. Throws EnvironmentError.
  std::filesystem::path unfinished_of(WorkerId worker) const;

  void add(const ArtifactId& artifact);
  void drop(const ArtifactId& artifact);

  /// Moves a file whose record is durable from the folder of the worker that wrote it to its place. Throws
  /// EnvironmentError where it is in neither. Another worker's equal file stays, since the message that names it is on
  /// its way. Call this, and what follows, only as the journal's writer.
  void put_in_place(const ArtifactId& artifact, WorkerId worker);
  /// Completes the moves that earlier launches had no time for. Call once all references are added.
  void complete_moves();
  /// Deletes what was dropped since the last call and has no reference.
  void sweep();
  /// Deletes what the journal released in earlier launches and nobody needs, and files that they left unfinished.
  void sweep_earlier(const store::State& state);
  /// Whether the artifact's file is there and its bytes are those of its name. Throws EnvironmentError where that
  /// cannot be told now.
  bool is_whole(const ArtifactId& artifact) const;
  /// The name that a damaged artifact will have beside the others; "" where nothing stands in its place.
  std::string name_aside(const ArtifactId& artifact) const;
  /// Gives what stands in the artifact's place this name. Call once its record is durable; nothing refers to it then.
  void set_aside(const ArtifactId& artifact, const std::string& name);
  /// Completes what earlier launches had no time for.
  void complete_set_asides(const store::State& state);
  bool has_dropped() const { return !dropped_.empty(); }

  bool is_referenced(const ArtifactId& artifact) const { return references_.contains(artifact.hex); }
  /// Takes back `count` references of a file that is not deleted for that.
  void forget(const ArtifactId& artifact, int count);
  /// The artifacts in whose places something stands that is no file, such as a folder.
  std::vector<ArtifactId> obstructed() const;
  /// Whether the artifact's file is in its place.
  bool holds(const ArtifactId& artifact) const;

 private:
  std::filesystem::path file_of(const std::string& hex) const { return folder_ / (hex + ".safetensors"); }
  void clear(const std::filesystem::path& unfinished) const;

  std::filesystem::path out_, folder_;
  std::uint32_t segment_;
  bool shared_ = false;  ///< OUT/artifacts is a link: another directory's files may lie there, so none is deleted
  std::unordered_map<std::string, int> references_;
  std::vector<std::string> dropped_;
};

}  // namespace espalier::runtime
