// Compares journal, artifacts and results.h5 with each other and lists what differs.
#include "espalier/store/verify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "espalier/core/errors.hpp"
#include "espalier/h5/file.hpp"
#include "espalier/os/mapped_file.hpp"
#include "espalier/store/journal.hpp"
#include "espalier/store/layout.hpp"
#include "espalier/store/tables.hpp"
#include "store/follower.hpp"
#include "store/proof.hpp"

namespace espalier::store {

namespace {

void problem(Verification& result, std::string text) {
  result.findings.push_back({Finding::Kind::problem, std::move(text)});
}

void remark(Verification& result, std::string text) {
  result.findings.push_back({Finding::Kind::remark, std::move(text)});
}

void check_journal(Verification& result, const State& state) {
  result.segments = state.segments.size();
  result.records = state.records;
  for (const Dropped& dropped : state.dropped) {
    const std::string text = "journal: " + describe(dropped);
    is_loss(dropped) ? problem(result, text) : remark(result, text);
  }
  for (const std::string& text : state.accepted_damage)
    remark(result, "journal: went on without what was lost: " + text);
}

/// Artifacts the journal vouches for, and the task each belongs to.
std::map<std::string, std::string> expected_artifacts(const State& state) {
  std::map<std::string, std::string> expected;
  for (const auto& [id, task] : state.tasks) {
    for (const KeptFile* file : {&task.training, &task.finished, &task.predictions}) {
      if (!file->artifact.empty()) expected.emplace(file->artifact.hex, id.hex.str());
    }
  }
  return expected;
}

void check_artifacts(Verification& result, const State& state, const std::filesystem::path& out) {
  for (const auto& [digest, task] : expected_artifacts(state)) {
    const std::filesystem::path file = artifact_folder(out) / (digest + ".safetensors");
    ++result.artifacts;
    if (!std::filesystem::is_regular_file(file)) {
      problem(result, fmt::format("artifact {} of task {} is missing", digest, task));
    } else if (to_hex(sha256(os::MappedFile(file).bytes())) != digest) {
      problem(result, fmt::format("artifact {} of task {} holds other bytes than its name says", digest, task));
    }
  }
}

/// What stands in OUT/artifacts beside artifacts stays there, and is named.
void list_stray(Verification& result, const std::filesystem::directory_entry& entry) {
  const std::string name = entry.path().filename().string();
  if (is_damaged_name(name)) return;  // named with what is known of it
  if (!is_artifact_name(name))
    return remark(result, fmt::format("artifacts/{} is not this program's: left alone", name));
  if (entry.is_symlink()) return remark(result, fmt::format("artifacts/{} is a symbolic link: left alone", name));
  if (!entry.is_regular_file()) remark(result, fmt::format("artifacts/{} is no regular file", name));
}

void list_strays(Verification& result, const State& state, const std::filesystem::path& out) {
  const auto unknown = unknown_artifacts(out, state);
  for (const auto& name : unknown) remark(result, fmt::format("no record names artifacts/{}", name));
  if (!std::filesystem::is_directory(artifact_folder(out))) return;
  for (const auto& entry : std::filesystem::directory_iterator(artifact_folder(out))) list_stray(result, entry);
}

/// Files that launches found damaged: kept beside, and made again where they were needed.
void list_damaged(Verification& result, const State& state, const std::filesystem::path& out) {
  for (const DamagedFile& file : state.damaged) {
    const bool is_kept = !file.kept_as.empty() && std::filesystem::exists(artifact_folder(out) / file.kept_as);
    remark(result, fmt::format("artifact {} was found damaged ({}){}", file.artifact.substr(0, 8), file.why,
                               is_kept ? "; what was there is kept as artifacts/" + file.kept_as : ""));
  }
}

/// Where the work of other stores was done.
void list_merged(Verification& result, const State& state) {
  for (const MergedRecord& one : state.merged) {
    std::set<std::string> hosts, programs;
    for (const SegmentStart& start : one.segments) {
      hosts.insert(start.host + (start.job.empty() ? "" : " (job " + start.job + ")"));
      programs.insert(start.program);
    }
    remark(result, fmt::format("{} tasks were merged from '{}'{}: done on {} by espalier {}", one.tasks.size(),
                               one.source, one.through.empty() ? "" : fmt::format(" through '{}'", one.through),
                               fmt::join(hosts, ", "), fmt::join(programs, ", ")));
  }
}

State state_at(const std::filesystem::path& out, Position end) {
  Follower follower(out, Detail::full);
  follower.stop_at(end);
  follower.advance();
  return std::move(follower.state());
}

/// A view that is wrong beside a damaged journal may be all that knows what that has lost.
std::string how_to_renew(const State& state, const std::filesystem::path& out) {
  if (std::any_of(state.dropped.begin(), state.dropped.end(), is_loss))
    return "Run 'espalier repair " + out.string() + "'";
  return "Run 'espalier view " + out.string() + "', which writes it anew";
}

/// The view is a function of the journal up to the position it names.
void compare_view(Verification& result, const State& state, const std::filesystem::path& out) {
  const h5::ReadFile view(out / "results.h5");
  const auto schema = view.integer_attribute("provenance", "schema");
  if (schema > kViewSchema)
    return problem(result, "results.h5 was written by a newer version of espalier: this one leaves it alone");
  if (schema != kViewSchema) {
    return problem(result, "results.h5 was written by another version of this program. " + how_to_renew(state, out));
  }
  const Position position{static_cast<std::uint32_t>(view.integer_attribute("provenance", "position_segment")),
                          static_cast<std::uint64_t>(view.integer_attribute("provenance", "position_bytes"))};
  if (position > state.position)
    return problem(result, "results.h5 knows more than the journal, which has lost records: keep a copy of it");
  if (position < state.position)
    remark(result, "results.h5 is older than the journal's end. " + how_to_renew(state, out));
  const State then = state_at(out, position);
  for (const ViewTable& table : view_tables()) {
    const std::string difference = view.difference(table.make(then));
    if (!difference.empty())
      problem(result, "results.h5 differs from the journal: " + difference + ". " + how_to_renew(state, out));
  }
}

void check_view(Verification& result, const State& state, const std::filesystem::path& out) {
  if (!std::filesystem::exists(out / "results.h5")) {
    // A launch that was killed early, or runs, has not written one yet.
    if (state.last_exit >= 0) return problem(result, "results.h5 is missing. " + how_to_renew(state, out));
    return remark(result, "there is no results.h5 yet");
  }
  try {
    compare_view(result, state, out);
  } catch (const Error& error) {
    problem(result, std::string("results.h5 cannot be read: ") + error.what() + " " + how_to_renew(state, out));
  }
}

}  // namespace

bool Verification::good() const {
  return std::none_of(findings.begin(), findings.end(),
                      [](const Finding& finding) { return finding.kind == Finding::Kind::problem; });
}

Verification verify(const std::filesystem::path& out) {
  const State state = replay(out);
  if (list_segments(out).empty() && state.dropped.empty()) {
    throw UsageError("'" + out.string() + "' holds no journal", "there is no journal/NNNNNN.log in it",
                     "Name the directory given to 'run --out'.");
  }
  Verification result;
  check_journal(result, state);
  check_artifacts(result, state, out);
  list_strays(result, state, out);
  list_damaged(result, state, out);
  list_merged(result, state);
  check_view(result, state, out);
  return result;
}

}  // namespace espalier::store
