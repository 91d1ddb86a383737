// espalier repair DIR: recovers what a damaged journal has lost from results.h5 and artifacts, rebuilds results.h5 and
// says what came back and what did not.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include "cli/result_dir.hpp"
#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/session/rank.hpp"
#include "espalier/store/foreign_files.hpp"
#include "espalier/store/recover.hpp"
#include "espalier/store/view.hpp"

namespace espalier::cli {
namespace {

struct Options {
  std::filesystem::path directory;
};

double now_s() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

void require_segments(const store::State& state, const std::filesystem::path& out) {
  if (state.segments.empty() && std::any_of(state.dropped.begin(), state.dropped.end(), store::is_damage)) {
    if (const auto kept = store::keep_view(out)) fmt::print("results.h5 is kept as '{}', too\n", kept->string());
  }
  require_journal(state, out);
  if (!state.segments.empty()) return;
  throw UsageError("'" + out.string() + "' cannot be repaired", "its journal is empty",
                   "Name the directory given to 'run --out'.");
}

std::vector<std::string> damage_of(const store::State& state) {
  std::vector<std::string> damage;
  for (const auto& dropped : state.dropped) {
    if (store::is_damage(dropped)) damage.push_back(dropped.text);
  }
  return damage;
}

bool has_lost_records(const store::State& state) {
  return !state.accepted_damage.empty() || std::any_of(state.dropped.begin(), state.dropped.end(), store::is_loss);
}

/// A new segment hides damage at the end of the one before: so its first record lists all of it.
void journal(const store::Recovery& recovery, store::State state, const std::filesystem::path& out) {
  auto writer = store::JournalWriter::open(out, session::writer_identity(false));
  store::settle_dead(state);
  if (const auto& tail = writer.torn_tail(); !tail.empty())
    writer.append(store::WarningRecord{"repair went on before a torn tail: the journal's " + tail});
  if (auto damage = damage_of(state); !damage.empty())
    writer.append(store::LossAcceptedRecord{std::move(damage), now_s()});
  store::append_recovery(writer, state, recovery, now_s());
  writer.append(store::FinishedRecord{exit_code_of(state), now_s()});
  writer.commit();
}

void print_recovery(const store::Recovery& recovery) {
  if (!recovery.empty()) fmt::print("recovered: {}\n", store::describe(recovery));
  for (const auto& one : recovery.tasks) {
    fmt::print("recovered: task {}: {} rows{}{}\n", one.task.brief(), one.rows.size(),
               one.finished.artifact.empty() ? "" : ", its finished network",
               one.predictions.artifact.empty() ? "" : ", its predictions");
  }
  for (const auto& one : recovery.selections) fmt::print("recovered: selection {}\n", one.key);
  for (const auto& text : recovery.left) fmt::print("not recovered: {}\n", text);
}

void print_rest(const store::State& state) {
  const auto count = std::count_if(state.runs.begin(), state.runs.end(), [&](const store::RunEntry& entry) {
    return entry.current && !task::is_final(state.state_of(entry.run));
  });
  if (count > 0)
    fmt::print("{} of {} runs are not done: the same 'espalier run' does them\n", count, state.runs.size());
}

/// Writes results.h5, unless the journal is still damaged: the old one may be all that shows it. Returns where a view
/// that knows more lies then.
std::optional<std::filesystem::path> renew_view(const store::State& state, const std::filesystem::path& out) {
  if (!damage_of(state).empty() && std::filesystem::exists(out / "results.h5")) {
    const auto kept = store::keep_view(out);
    if (kept) return kept;
  }
  const auto kept = store::keep_richer_view(state, out);
  if (const auto aside = store::write_view(state, out))
    fmt::print("what was in the place of results.h5 is no view: it is kept as '{}'\n", aside->string());
  return kept;
}

int run(const Options& options) {
  const auto& out = options.directory;
  require_segments(store::replay(out), out);  // before the lock, which makes a file
  store::refuse_newer_view(out);
  const auto lock = store::DirectoryLock::acquire(out, session::writer_identity(false), 0);
  store::State state = store::replay(out);
  for (const auto& dropped : state.dropped) fmt::print("left out: {}\n", store::describe(dropped));
  store::Recovery recovery;
  if (has_lost_records(state)) recovery = store::find_recovery(state, out, store::FileCheck::content);
  std::optional<std::filesystem::path> kept;
  if (!recovery.empty()) {
    if (!damage_of(state).empty()) kept = store::keep_view(out);
    journal(recovery, state, out);
    state = store::replay(out);
  }
  print_recovery(recovery);
  if (const auto richer = renew_view(state, out)) kept = richer;
  if (kept) fmt::print("the old results.h5 knows more than the journal had: it is kept as '{}'\n", kept->string());
  const bool is_damaged = !damage_of(state).empty();
  if (is_damaged) {
    fmt::print(
        "the journal is still damaged, and nothing could be recovered: 'run' refuses it without --accept-loss{}\n",
        recovery.unlisted > 0 ? ", with which it plans finished tasks again and takes back what the view holds" : "");
  } else {
    fmt::print("results.h5 holds {} runs, {} tasks, from {} records of {} segments\n", state.runs.size(),
               state.tasks.size(), state.records, state.segments.size());
  }
  print_rest(state);
  const bool is_whole = !is_damaged && !kept && recovery.left.empty();
  return static_cast<int>(is_whole ? ExitCode::done : ExitCode::some_failed);
}

}  // namespace

void add_repair(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("repair", "recover what a damaged journal has lost, and rebuild results.h5");
  verb->add_option("directory", options->directory, "directory given to 'run --out'")->required();
  verb->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace espalier::cli
