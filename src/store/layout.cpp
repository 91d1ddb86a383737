// The names of folders and files under OUT.
#include "espalier/store/layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <regex>
#include <system_error>

#include "espalier/core/errors.hpp"
#include "espalier/os/regular_file.hpp"
#include "espalier/store/foreign_files.hpp"
#include "espalier/store/journal.hpp"
#include "store/segment.hpp"

namespace espalier::store {

namespace {

constexpr std::size_t kDigits = 64;
constexpr const char* kExtension = ".safetensors";

bool begins_with_digest(const std::string& name) {
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return name.size() > kDigits && std::all_of(name.begin(), name.begin() + kDigits, is_digit) &&
         name.compare(kDigits, std::string(kExtension).size(), kExtension) == 0;
}

using IsOurs = bool (*)(const std::string& name);

/// Appends the regular files of `folder` whose names are ours.
void list_ours(const std::filesystem::path& folder, IsOurs is_ours, std::vector<std::filesystem::path>& files) {
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
    const bool is_file = !entry.is_symlink() && entry.is_regular_file();
    if (is_file && is_ours(entry.path().filename().string())) files.push_back(entry.path());
  }
}

/// Removes the regular files of `folder` whose names are ours, and the folder if it is empty then.
void remove_ours(const std::filesystem::path& folder, IsOurs is_ours) {
  std::error_code none;
  std::vector<std::filesystem::path> files;
  list_ours(folder, is_ours, files);
  for (const auto& file : files) std::filesystem::remove(file);
  std::filesystem::remove(folder, none);
}

bool matches(const std::string& name, const char* form) { return std::regex_match(name, std::regex(form)); }

bool is_segment(const std::string& name) { return matches(name, "[0-9]{6,}\\.log"); }
bool is_log(const std::string& name) { return matches(name, "(launch|worker-[0-9]+)\\.log"); }
bool is_request(const std::string& name) { return matches(name, "[0-9.]+-[0-9]+\\.request"); }

void refuse_link(const std::filesystem::path& folder) {
  if (!std::filesystem::is_symlink(folder)) return;
  throw UsageError(fmt::format("'{}' is a symbolic link", folder.string()),
                   "this run empties the folder first, and what a link leads to is not its own",
                   "Remove the link, or give another --out.");
}

/// Before anything is removed.
void refuse_links(const std::filesystem::path& out) {
  refuse_link(out);
  for (const auto& folder : {out / "journal", out / "logs", out / "tmp", artifact_folder(out), request_folder(out)}) {
    refuse_link(folder);
  }
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(out / "tmp", none)) refuse_link(entry.path());
}

/// Whether a launch of ours ever began there.
bool holds_launch(const std::filesystem::path& out) {
  const auto numbers = list_segments(out);
  return std::any_of(numbers.begin(), numbers.end(), [&](auto number) { return read_head(out, number).has_value(); });
}

/// Where the journal does not show a trial, it may be all there is of real results.
void refuse_results(const std::filesystem::path& out) {
  const State state = replay(out, Detail::brief);
  const bool is_damaged = std::any_of(state.dropped.begin(), state.dropped.end(), is_damage);
  if (!is_damaged && (state.study.text.empty() || state.study.trial)) return;
  throw UsageError(fmt::format("'{}' does not hold what a smoke test left", out.string()),
                   is_damaged ? "its journal is damaged, and this run would empty the folder"
                              : "its journal is of a study in earnest, and this run would empty the folder",
                   "Move it away, or give another --out.");
}

bool is_lock(const std::filesystem::path& file) {
  constexpr std::size_t kMostBytes = 1 << 16;
  return std::filesystem::file_size(file) < kMostBytes &&
         os::read_regular(file, kMostBytes).value_or("").starts_with("host=");
}

void remove_top_files(const std::filesystem::path& out) {
  const auto remove = [](const std::filesystem::path& file, auto is_ours) {
    std::error_code none;
    const bool is_file = std::filesystem::is_regular_file(std::filesystem::symlink_status(file, none));
    if (is_file && is_ours(file)) std::filesystem::remove(file);
  };
  remove(out / "lock", is_lock);
  remove(launch_file(out), is_launch_file);
  remove(out / "results.h5", [](const auto& file) { return origin_of_view(file) == ViewOrigin::own; });
}

}  // namespace

void remove_results(const std::filesystem::path& out) {
  refuse_links(out);
  if (!holds_launch(out)) return;
  refuse_results(out);
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(out / "tmp", none)) {
    if (!matches(entry.path().filename().string(), "[0-9]{6,}")) continue;
    for (const auto& folder : worker_folders(entry.path())) remove_ours(folder, is_unfinished_name);
    remove_ours(entry.path(), is_unfinished_name);
  }
  std::filesystem::remove(out / "tmp", none);
  remove_ours(artifact_folder(out), is_artifact_name);
  remove_ours(request_folder(out), is_request);
  remove_ours(out / "logs", is_log);
  remove_top_files(out);
  remove_ours(out / "journal", is_segment);  // last: it shows that the rest is ours, should we be killed
  std::filesystem::remove(out, none);
}

std::filesystem::path unfinished_folder(const std::filesystem::path& out, std::uint32_t segment) {
  return out / "tmp" / fmt::format("{:06}", segment);
}

std::filesystem::path unfinished_folder(const std::filesystem::path& out, std::uint32_t segment, std::int32_t worker) {
  return unfinished_folder(out, segment) / fmt::format("worker-{}", worker);
}

std::vector<std::filesystem::path> worker_folders(const std::filesystem::path& unfinished) {
  std::vector<std::filesystem::path> folders;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(unfinished, none)) {
    const bool is_folder = !entry.is_symlink() && entry.is_directory();
    if (is_folder && matches(entry.path().filename().string(), "worker-[0-9]+")) folders.push_back(entry.path());
  }
  return folders;
}

std::vector<std::filesystem::path> unfinished_files(const std::filesystem::path& unfinished) {
  std::vector<std::filesystem::path> files;
  list_ours(unfinished, is_unfinished_name, files);
  for (const auto& folder : worker_folders(unfinished)) list_ours(folder, is_unfinished_name, files);
  return files;
}

bool is_artifact_name(const std::string& name) {
  return begins_with_digest(name) && name.size() == kDigits + std::string(kExtension).size();
}

bool is_damaged_name(const std::string& name) { return matches(name, "[0-9a-f]{64}\\.safetensors\\.damaged-[0-9]+"); }

bool is_unfinished_name(const std::string& name) {
  return is_artifact_name(name) || (begins_with_digest(name) && name.ends_with(".tmp"));
}

}  // namespace espalier::store
