// Counts references from the replayed state and deletes unreferenced artifacts after a commit.
#include "runtime/artifact_shelf.hpp"

#include <spdlog/spdlog.h>

#include <system_error>

namespace espalier::runtime {

namespace {

void remove_file(const std::filesystem::path& file) {
  std::error_code error;
  std::filesystem::remove(file, error);
  if (error) spdlog::warn("cannot delete {}: {}", file.string(), error.message());
}

}  // namespace

ArtifactShelf::ArtifactShelf(std::filesystem::path folder, const store::State& state) : folder_(std::move(folder)) {
  for (const auto& [id, task] : state.tasks) {
    add(task.training.artifact);
    add(task.finished.artifact);
    add(task.predictions.artifact);
  }
}

void ArtifactShelf::add(const ArtifactId& artifact) {
  if (!artifact.empty()) ++references_[artifact.hex];
}

void ArtifactShelf::drop(const ArtifactId& artifact) {
  const auto found = references_.find(artifact.hex);
  if (found == references_.end() || --found->second > 0) return;
  references_.erase(found);
  dropped_.push_back(artifact.hex);
}

void ArtifactShelf::sweep() {
  for (const auto& hex : dropped_) {
    if (!references_.contains(hex)) remove_file(file_of(hex));
  }
  dropped_.clear();
}

void ArtifactShelf::sweep_strangers() {
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    if (entry.is_symlink() || !entry.is_regular_file()) continue;
    const auto name = entry.path().filename();
    if (name.extension() != ".safetensors" || !references_.contains(name.stem().string())) remove_file(entry.path());
  }
}

bool ArtifactShelf::holds(const ArtifactId& artifact) const {
  return !artifact.empty() && std::filesystem::exists(file_of(artifact.hex));
}

}  // namespace espalier::runtime
