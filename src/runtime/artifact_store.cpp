// Puts artifacts in place after their records are durable, and deletes what the journal released.
#include "runtime/artifact_store.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <system_error>

#include "espalier/core/errors.hpp"
#include "espalier/os/durable_file.hpp"
#include "espalier/store/layout.hpp"

namespace espalier::runtime {

namespace {

void remove_file(const std::filesystem::path& file) {
  std::error_code error;
  std::filesystem::remove(file, error);
  if (error) spdlog::warn("cannot delete {}: {}", file.string(), error.message());
}

void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw EnvironmentError("cannot make '" + folder.string() + "'", error.message(), "");
}

}  // namespace

ArtifactStore::ArtifactStore(std::filesystem::path out, const store::State& state, std::uint32_t segment)
    : out_(std::move(out)),
      folder_(store::artifact_folder(out_)),
      unfinished_(store::unfinished_folder(out_, segment)),
      segment_(segment) {
  make_folder(folder_);
  make_folder(unfinished_);
  shared_ = std::filesystem::is_symlink(folder_);
  for (const auto& [id, task] : state.tasks) {
    add(task.training.artifact);
    add(task.finished.artifact);
    add(task.predictions.artifact);
  }
}

void ArtifactStore::add(const ArtifactId& artifact) {
  if (!artifact.empty()) ++references_[artifact.hex];
}

void ArtifactStore::drop(const ArtifactId& artifact) {
  const auto found = references_.find(artifact.hex);
  if (found == references_.end() || --found->second > 0) return;
  references_.erase(found);
  dropped_.push_back(artifact.hex);
}

void ArtifactStore::put_in_place(const ArtifactId& artifact) {
  const auto from = unfinished_ / (artifact.hex + ".safetensors");
  if (std::filesystem::exists(from)) return os::move_file_durably(from, file_of(artifact.hex));
  if (holds(artifact)) return;  // equal content, put in place for another task
  throw EnvironmentError(fmt::format("artifact {} is gone", artifact.hex),
                         "a trainer wrote it into '" + unfinished_.string() + "' and something removed it",
                         "Start again: the task goes on from its last checkpoint.");
}

void ArtifactStore::complete_moves() {
  for (std::uint32_t number = 1; number < segment_; ++number) {
    const auto folder = store::unfinished_folder(out_, number);
    if (!std::filesystem::is_directory(folder)) continue;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      const auto name = entry.path().filename();
      if (!store::is_artifact_name(name.string()) || !references_.contains(name.stem().string())) continue;
      if (!holds({name.stem().string()})) os::move_file_durably(entry.path(), file_of(name.stem().string()));
    }
  }
}

void ArtifactStore::sweep() {
  for (const auto& hex : std::exchange(dropped_, {})) {
    if (!shared_ && !references_.contains(hex)) remove_file(file_of(hex));
  }
}

void ArtifactStore::sweep_earlier(const store::State& state) {
  for (const auto& hex : state.released) dropped_.push_back(hex);
  sweep();
  for (const auto& start : state.segments) {
    if (start.segment < segment_) clear(store::unfinished_folder(out_, start.segment));
  }
}

/// Only names that our trainers give; a folder that holds anything else stays.
void ArtifactStore::clear(const std::filesystem::path& unfinished) const {
  if (!std::filesystem::is_directory(unfinished) || std::filesystem::is_symlink(unfinished)) return;
  for (const auto& entry : std::filesystem::directory_iterator(unfinished)) {
    const bool is_file = entry.is_regular_file() && !entry.is_symlink();
    if (is_file && store::is_unfinished_name(entry.path().filename().string())) remove_file(entry.path());
  }
  std::error_code not_empty;
  std::filesystem::remove(unfinished, not_empty);
}

bool ArtifactStore::holds(const ArtifactId& artifact) const {
  return !artifact.empty() && std::filesystem::exists(file_of(artifact.hex));
}

}  // namespace espalier::runtime
