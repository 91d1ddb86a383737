// Opens result directories for the verbs that only read, and refuses missing or damaged journals.
#include "cli/result_dir.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "cli/lock_probe.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/report/wording.hpp"
#include "espalier/store/journal.hpp"
#include "espalier/study/parse.hpp"

namespace espalier::cli {
namespace {

void require_results(const std::string& path) {
  if (!std::filesystem::is_directory(std::filesystem::path(path) / "journal")) {
    throw UsageError("'" + path + "' holds no results", "there is no folder 'journal' in it",
                     "Name the folder that 'espalier run --out' was given.");
  }
}

}  // namespace

void warn_of_damage(const store::State& state, const std::filesystem::path& out) {
  constexpr int kNamed = 3;
  int count = 0;
  for (const auto& dropped : state.dropped) {
    if (!store::is_loss(dropped) || ++count > kNamed) continue;
    fmt::print(stderr, "espalier: warning: {}: journal: {}\n", out.string(), store::describe(dropped));
  }
  if (count == 0) return;
  if (count > kNamed) fmt::print(stderr, "espalier: warning: {}: journal: and {} more\n", out.string(), count - kNamed);
  fmt::print(stderr,
             "espalier: warning: {}: results are missing here; 'espalier verify' says which, and 'espalier repair' "
             "recovers what it can\n",
             out.string());
}

store::State read_state(const std::string& path, store::Detail detail) {
  auto state = store::replay(path, detail);
  require_journal(state, path);
  require_results(path);
  warn_of_damage(state, path);
  if (launch_held(probe_lock(path), state) == HoldState::no) store::settle_dead(state);
  return state;
}

void require_journal(const store::State& state, const std::filesystem::path& out) {
  if (!state.segments.empty()) return;
  const auto damage = std::find_if(state.dropped.begin(), state.dropped.end(), store::is_damage);
  if (damage == state.dropped.end()) return;
  throw EnvironmentError("the journal of '" + out.string() + "' cannot be read", store::describe(*damage),
                         "Restore it from a copy, or give the same 'run' with --accept-loss: it plans the study again "
                         "and takes back what results.h5 and whole artifacts hold.");
}

store::State read_brief(const std::string& path) { return read_state(path, store::Detail::brief); }

report::Directory read_directory(const std::string& path) { return {path, read_state(path)}; }

std::vector<report::Directory> read_directories(const std::vector<std::string>& paths) {
  std::vector<report::Directory> directories;
  for (const auto& path : paths) directories.push_back(read_directory(path));
  return directories;
}

std::int32_t exit_code_of(const store::State& state) {
  bool failed = false;
  for (const auto& entry : state.runs) {
    const auto reached = state.state_of(entry.run);
    if (!entry.current || reached == task::RunState::done || reached == task::RunState::cancelled) continue;
    if (!task::is_final(reached)) return static_cast<std::int32_t>(ExitCode::stopped);
    failed = true;
  }
  return static_cast<std::int32_t>(failed ? ExitCode::some_failed : ExitCode::done);
}

study::Study study_of(const store::State& state) { return study::parse(state.study.text, state.study.overrides).study; }

std::vector<std::string> parse_axes(const std::string& text) {
  std::vector<std::string> axes;
  std::istringstream words(text);
  for (std::string axis; std::getline(words, axis, ',');) {
    std::erase(axis, ' ');
    if (!axis.empty()) axes.push_back(axis);
  }
  return axes;
}

std::string interval_note(const std::vector<report::Directory>& directories, const report::Query& query) {
  const auto intervals = fmt::format("Intervals are Student's at {:g} %, from {} {}s on.", 100 * query.confidence,
                                     stats::kLeastSplits, report::spoken(query.counted));
  if (query.unit != "split")
    return fmt::format("Means over {0}s, which n counts; splits and replicates are averaged within a {0} first. {1}",
                       query.unit, intervals);
  bool overlapping = false;
  int splits = 0;
  std::string redrawn;
  for (const auto& directory : directories) {
    const auto study = study_of(directory.state);
    overlapping = overlapping || report::splits_overlap(study);
    splits = std::max(splits, study.split.count);
    redrawn = report::redraw_note(study);
  }
  if (query.counted != query.unit) return redrawn + " " + intervals;
  return fmt::format("Means {}; replicates are averaged within a split first. {}",
                     report::over_splits(splits, overlapping), intervals);
}

Table printable(const report::WordTable& words) {
  Table table(words.header);
  for (const auto& row : words.rows) table.row(row);
  return table;
}

}  // namespace espalier::cli
