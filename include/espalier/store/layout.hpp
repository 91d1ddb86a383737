#pragma once
// Where things lie under OUT, and which names there are this program's.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace espalier::store {

inline std::filesystem::path artifact_folder(const std::filesystem::path& out) { return out / "artifacts"; }

/// Files that the launch of a segment has not finished or not journaled yet.
std::filesystem::path unfinished_folder(const std::filesystem::path& out, std::uint32_t segment);

/// Those of one worker of it: two workers may write files of one name, which have equal bytes.
std::filesystem::path unfinished_folder(const std::filesystem::path& out, std::uint32_t segment, std::int32_t worker);

/// The folders of workers in the unfinished folder of a segment.
std::vector<std::filesystem::path> worker_folders(const std::filesystem::path& unfinished);

/// The files with names of ours in the unfinished folder of a segment and in those of its workers; no links.
std::vector<std::filesystem::path> unfinished_files(const std::filesystem::path& unfinished);

/// Requests of other processes that wait for rank 0: one file each.
inline std::filesystem::path request_folder(const std::filesystem::path& out) { return out / "requests"; }

/// What `espalier run` hands to rank 0 (docs/journal.md).
inline std::filesystem::path launch_file(const std::filesystem::path& out) { return out / "launch"; }

/// Removes what a launch wrote into `out`: journal, artifacts, unfinished files, requests, results.h5, logs, launch
/// file and lock. Files of other names stay, and the folders that hold them; all stays where no segment of the journal
/// has a first record of ours. Throws UsageError, with nothing removed, where `out` or a folder in it is a symbolic
/// link, and where the journal is damaged or not of a trial (StudyRecord::trial).
void remove_results(const std::filesystem::path& out);

/// "<64 hexadecimal digits>.safetensors".
bool is_artifact_name(const std::string& name);

/// "<64 hexadecimal digits>.safetensors.damaged-<number>": an artifact that was set aside.
bool is_damaged_name(const std::string& name);

/// A name in an unfinished folder that this program gives: an artifact's, or what it is called while it is written.
bool is_unfinished_name(const std::string& name);

}  // namespace espalier::store
