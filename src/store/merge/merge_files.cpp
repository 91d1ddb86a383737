// Finds artifacts of a source, checks that their bytes are those of their names, and links or copies them.
#include "store/merge/merge_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <unordered_set>

#include "espalier/core/hash.hpp"
#include "espalier/os/disk_calls.hpp"
#include "espalier/os/durable_file.hpp"
#include "espalier/os/mapped_file.hpp"
#include "espalier/store/layout.hpp"
#include "store/segment.hpp"

namespace espalier::store {

namespace {

constexpr const char* kExtension = ".safetensors";

std::filesystem::path file_of(const std::filesystem::path& out, const std::string& hex) {
  return artifact_folder(out) / (hex + kExtension);
}

bool is_file(const std::filesystem::path& file) {
  std::error_code none;
  return std::filesystem::is_regular_file(file, none);
}

std::vector<KeptFile*> files_of(TaskState& task) { return {&task.training, &task.finished, &task.predictions}; }

using FileList = std::unordered_map<std::string, std::filesystem::path>;

/// Adds artifacts by digest; the first of a name stays.
void list(const std::vector<std::filesystem::path>& files, FileList& found) {
  for (const auto& file : files) {
    if (is_artifact_name(file.filename().string())) found.try_emplace(file.stem().string(), file);
  }
}

/// The artifacts of a store, also those that a killed launch had journaled and not moved.
FileList list_files(const std::filesystem::path& source) {
  FileList found;
  std::error_code none;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(artifact_folder(source), none)) {
    if (is_file(entry.path())) files.push_back(entry.path());
  }
  list(files, found);
  for (const auto number : list_segments(source)) list(unfinished_files(unfinished_folder(source, number)), found);
  return found;
}

/// A second name for a file, or a copy on another file system. The folder is not synced.
void link_or_copy(const std::filesystem::path& file, const std::filesystem::path& to) {
  const bool is_linked = ::linkat(AT_FDCWD, file.c_str(), AT_FDCWD, to.c_str(), AT_SYMLINK_FOLLOW) == 0;
  if (!is_linked) os::write_file_durably(to, os::MappedFile(file).bytes());
}

}  // namespace

std::vector<std::string> MergeFiles::look_into(const std::filesystem::path& source, State& state) {
  offered_ = list_files(source);
  std::vector<std::string> lost;
  for (auto& [id, task] : state.tasks) {
    for (KeptFile* file : files_of(task)) {
      const auto& hex = file->artifact.hex;
      if (hex.empty() || offered_.contains(hex) || is_in_target(file->artifact)) continue;
      lost.push_back(fmt::format("artifact {} of task {} is not in '{}'", hex.substr(0, 8), id.brief(),
                                 artifact_folder(source).string()));
      *file = {};
    }
  }
  std::sort(lost.begin(), lost.end());
  return lost;
}

bool MergeFiles::is_in_target(const ArtifactId& artifact) const {
  return wanted_.contains(artifact.hex) || is_file(file_of(out_, artifact.hex));
}

bool MergeFiles::provide(const ArtifactId& artifact, std::vector<std::string>& lost) {
  if (is_in_target(artifact)) return true;
  const auto& file = offered_.at(artifact.hex);  // look_into() saw it
  const bool is_whole = is_file(file) && to_hex(sha256(os::MappedFile(file).bytes())) == artifact.hex;
  if (is_whole) wanted_.emplace(artifact.hex, file);
  else lost.push_back(fmt::format("'{}' holds other bytes than its name says", file.string()));
  return is_whole;
}

void MergeFiles::bring(std::uint32_t segment) const {
  if (wanted_.empty()) return;
  const auto folder = unfinished_folder(out_, segment, 0);
  std::filesystem::create_directories(folder);
  for (const auto& [hex, file] : wanted_) link_or_copy(file, folder / (hex + kExtension));
  os::sync_folder(folder);
}

void complete_moves(const std::filesystem::path& out, const State& state) {
  std::unordered_set<std::string> needed;
  for (const auto& [id, task] : state.tasks) {
    for (const KeptFile* file : {&task.training, &task.finished, &task.predictions}) needed.insert(file->artifact.hex);
  }
  std::filesystem::create_directories(artifact_folder(out));
  for (const auto number : list_segments(out)) {
    for (const auto& file : unfinished_files(unfinished_folder(out, number))) {
      const auto hex = file.stem().string();
      if (!is_artifact_name(file.filename().string()) || !needed.contains(hex) || is_file(file_of(out, hex))) continue;
      os::move_file_durably(file, file_of(out, hex));
    }
  }
}

void clear_unfinished(const std::filesystem::path& out, std::uint32_t segment) {
  const auto folder = unfinished_folder(out, segment);
  std::error_code not_empty;
  for (const auto& file : unfinished_files(folder)) std::filesystem::remove(file, not_empty);
  for (const auto& workers : worker_folders(folder)) std::filesystem::remove(workers, not_empty);
  std::filesystem::remove(folder, not_empty);
  std::filesystem::remove(folder.parent_path(), not_empty);
}

}  // namespace espalier::store
