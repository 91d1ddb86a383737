// Looks for files that only a journal with records can have left behind.
#include "store/proof.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "espalier/core/errors.hpp"
#include "espalier/core/hash.hpp"
#include "espalier/h5/file.hpp"
#include "espalier/os/mapped_file.hpp"
#include "espalier/store/layout.hpp"
#include "store/follower.hpp"
#include "store/record_frame.hpp"
#include "store/segment.hpp"

namespace espalier::store {

namespace {

std::unordered_set<std::string> named_artifacts(const State& known) {
  std::unordered_set<std::string> names(known.released.begin(), known.released.end());
  for (const auto& file : known.damaged) names.insert(file.artifact);
  for (const auto& [id, task] : known.tasks) {
    for (const KeptFile* file : {&task.training, &task.finished, &task.predictions}) names.insert(file->artifact.hex);
    for (const auto& start : task::unit_starts(task.task)) names.insert(start.checkpoint.hex);
  }
  return names;
}

State read_full(const std::filesystem::path& out) {
  Follower follower(out, Detail::full);
  follower.advance();
  return std::move(follower.state());
}

/// The folder of unfinished files of some launch, "000012".
std::optional<std::string> any_unfinished_folder(const std::filesystem::path& out) {
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(out / "tmp", none)) {
    std::string name = entry.path().filename().string();
    const bool is_number = name.size() >= 6 && name.find_first_not_of("0123456789") == std::string::npos;
    if (is_number && entry.is_directory()) return name;
  }
  return std::nullopt;
}

/// An artifact that no record names, and whose content is what its name says.
std::optional<std::string> whole_unknown_artifact(const std::filesystem::path& out, const State& known) {
  for (const std::string& name : unknown_artifacts(out, known)) {
    const os::MappedFile file(artifact_folder(out) / name);
    if (to_hex(sha256(file.bytes())) + ".safetensors" == name) return name;
  }
  return std::nullopt;
}

}  // namespace

Position position_of_view(const std::filesystem::path& out) {
  try {
    const auto file = out / "results.h5";
    if (!std::filesystem::is_regular_file(file)) return {};
    const h5::ReadFile view(file);
    return {static_cast<std::uint32_t>(view.integer_attribute("provenance", "position_segment")),
            static_cast<std::uint64_t>(view.integer_attribute("provenance", "position_bytes"))};
  } catch (const Error&) {
    return {};  // no view that says anything: `verify` tells what is wrong with it
  }
}

std::vector<std::string> unknown_artifacts(const std::filesystem::path& out, const State& known) {
  std::vector<std::string> names;
  if (!std::filesystem::is_directory(artifact_folder(out))) return names;
  const bool is_brief = known.detail == Detail::brief && !known.tasks.empty();
  const auto named = is_brief ? named_artifacts(read_full(out)) : named_artifacts(known);
  for (const auto& entry : std::filesystem::directory_iterator(artifact_folder(out))) {
    const auto name = entry.path().filename();
    const bool is_artifact = is_artifact_name(name.string()) && entry.is_regular_file() && !entry.is_symlink();
    if (is_artifact && !named.contains(name.stem().string())) names.push_back(name.string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::optional<std::string> proof_of_records(const std::filesystem::path& out, const State& known,
                                            std::uint32_t number) {
  if (was_synced_beyond(os::MappedFile(segment_file(out, number)).text(), 0)) return "later records are in it";
  if (std::filesystem::is_directory(unfinished_folder(out, number))) {
    return fmt::format("its folder '{}' is there", unfinished_folder(out, number).string());
  }
  if (const auto name = whole_unknown_artifact(out, known)) return fmt::format("no record names artifact {}", *name);
  return std::nullopt;
}

void note_missing_journal(State& state, const std::filesystem::path& out) {
  std::string proof;
  if (const auto name = any_unfinished_folder(out)) proof = fmt::format("'tmp/{}' is a launch's folder", *name);
  else if (const auto artifact = whole_unknown_artifact(out, state))
    proof = fmt::format("no record names artifact {}", *artifact);
  if (proof.empty()) return;
  state.dropped.push_back({Dropped::Kind::lost_segment, "the journal is gone: " + proof});
}

}  // namespace espalier::store
