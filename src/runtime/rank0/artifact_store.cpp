// Puts artifacts in place after their records are durable, and deletes what the journal released.
#include "runtime/rank0/artifact_store.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <system_error>

#include "espalier/core/errors.hpp"
#include "espalier/core/hash.hpp"
#include "espalier/os/disk_calls.hpp"
#include "espalier/os/durable_file.hpp"
#include "espalier/os/mapped_file.hpp"
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
    : out_(std::move(out)), folder_(store::artifact_folder(out_)), segment_(segment) {
  make_folder(folder_);
  make_folder(store::unfinished_folder(out_, segment));
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

std::filesystem::path ArtifactStore::unfinished_of(WorkerId worker) const {
  const auto folder = store::unfinished_folder(out_, segment_, worker.rank);
  make_folder(folder);
  return folder;
}

void ArtifactStore::put_in_place(const ArtifactId& artifact, WorkerId worker) {
  const auto folder = store::unfinished_folder(out_, segment_, worker.rank);
  const auto from = folder / (artifact.hex + ".safetensors");
  if (std::filesystem::exists(from)) return os::move_file_durably(from, file_of(artifact.hex));
  if (holds(artifact)) return;  // equal content, put in place for another task
  throw EnvironmentError(fmt::format("artifact {} is gone", artifact.hex),
                         "a trainer wrote it into '" + folder.string() + "' and something removed it",
                         "Start again: the task goes on from its last checkpoint.");
}

void ArtifactStore::complete_moves() {
  for (std::uint32_t number = 1; number < segment_; ++number) {
    for (const auto& file : store::unfinished_files(store::unfinished_folder(out_, number))) {
      const auto hex = file.stem().string();
      if (!store::is_artifact_name(file.filename().string()) || !references_.contains(hex)) continue;
      if (!holds({hex})) os::move_file_durably(file, file_of(hex));
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
  for (const auto& file : store::unfinished_files(unfinished)) remove_file(file);
  std::error_code not_empty;
  for (const auto& folder : store::worker_folders(unfinished)) std::filesystem::remove(folder, not_empty);
  std::filesystem::remove(unfinished, not_empty);
}

bool ArtifactStore::holds(const ArtifactId& artifact) const {
  std::error_code gone;
  return !artifact.empty() && std::filesystem::is_regular_file(file_of(artifact.hex), gone);
}

std::vector<ArtifactId> ArtifactStore::obstructed() const {
  std::vector<ArtifactId> found;
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    const auto name = entry.path().filename();
    if (store::is_artifact_name(name.string()) && !entry.is_regular_file()) found.push_back({name.stem().string()});
  }
  return found;
}

void ArtifactStore::forget(const ArtifactId& artifact, int count) {
  const auto found = references_.find(artifact.hex);
  if (found == references_.end()) return;
  found->second -= count;
  if (found->second <= 0) references_.erase(found);
}

bool ArtifactStore::is_whole(const ArtifactId& artifact) const {
  if (!std::filesystem::is_directory(folder_)) {
    throw EnvironmentError("the folder '" + folder_.string() + "' is gone", "something removed it or its file system",
                           "");
  }
  return holds(artifact) && to_hex(sha256(os::MappedFile(file_of(artifact.hex)).bytes())) == artifact.hex;
}

std::string ArtifactStore::name_aside(const ArtifactId& artifact) const {
  const auto file = file_of(artifact.hex);
  std::error_code gone;
  if (!std::filesystem::exists(std::filesystem::symlink_status(file, gone))) return "";
  for (int number = 1;; ++number) {
    const auto aside = fmt::format("{}.damaged-{}", file.filename().string(), number);
    if (!std::filesystem::exists(std::filesystem::symlink_status(folder_ / aside, gone))) return aside;
  }
}

void ArtifactStore::set_aside(const ArtifactId& artifact, const std::string& name) {
  if (!name.empty()) os::rename_file(file_of(artifact.hex), folder_ / name);
}

void ArtifactStore::complete_set_asides(const store::State& state) {
  for (const auto& file : state.damaged) {
    if (file.kept_as.empty() || references_.contains(file.artifact)) continue;
    std::error_code gone;
    const bool is_done = std::filesystem::exists(folder_ / file.kept_as, gone);
    if (!is_done && std::filesystem::exists(file_of(file.artifact), gone)) set_aside({file.artifact}, file.kept_as);
  }
}

}  // namespace espalier::runtime
