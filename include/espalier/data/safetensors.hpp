#pragma once
// The safetensors container (8-byte little-endian header size, JSON header, raw tensors): packs and checkpoints.
#include <ATen/ATen.h>

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "espalier/core/errors.hpp"
#include "espalier/core/ids.hpp"

namespace espalier::data {

/// Tensors in file order, by name.
using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;
using Metadata = std::map<std::string, std::string>;

struct TensorFile {
  NamedTensors tensors;
  Metadata metadata;
  std::filesystem::path file;  ///< where they came from, for messages
  /// Throws UsageError naming the file and the nearest name if there is no such tensor.
  const at::Tensor& at(const std::string& name) const;
};

inline constexpr std::size_t kMaxHeaderBytes = 64u << 20;

/// Maps the file read-only; tensors alias the mapping, which lives as long as any of them. Every offset, shape and
/// dtype is checked against the file's size before use. Throws UsageError naming file and fault.
TensorFile read_safetensors(const std::filesystem::path& file);

/// Writes contiguous CPU tensors to a temporary file, syncs it, renames it to `file` and syncs the folder. The bytes
/// depend on content only.
void write_safetensors(const std::filesystem::path& file, const NamedTensors& tensors, const Metadata& metadata);

/// Writes the same to `folder`/<sha256 of the bytes>.safetensors. Returns the name and the size in bytes.
struct WrittenArtifact {
  ArtifactId id;
  std::int64_t bytes = 0;
};
WrittenArtifact write_artifact(const std::filesystem::path& folder, const NamedTensors& tensors,
                               const Metadata& metadata);

/// A file of our own that a task needs is of no use. It can be made again.
class DamagedArtifact : public CorruptionError {
 public:
  /// `is_whole`: its bytes are those of its name, and yet no task can use them.
  DamagedArtifact(ArtifactId id, Problem problem, bool is_whole = false)
      : CorruptionError(std::move(problem)), id_(std::move(id)), is_whole_(is_whole) {}
  const ArtifactId& id() const { return id_; }
  bool is_whole() const { return is_whole_; }

 private:
  ArtifactId id_;
  bool is_whole_;
};

/// Reads `folder`/<id>.safetensors. Throws DamagedArtifact where it is not there, is no file, or where its bytes do not
/// hash to `id`, and EnvironmentError where the machine cannot read it now.
TensorFile read_artifact(const std::filesystem::path& folder, const ArtifactId& id);

}  // namespace espalier::data
