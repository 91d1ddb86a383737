// espalier merge DIR... --out DIR: joins stores of one study by id, and says what differs between them.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>

#include "cli/lock_probe.hpp"
#include "cli/result_dir.hpp"
#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/session/calibration_file.hpp"
#include "espalier/session/rank.hpp"
#include "espalier/store/foreign_files.hpp"
#include "espalier/store/journal.hpp"
#include "espalier/store/merge.hpp"
#include "espalier/store/view.hpp"

namespace espalier::cli {
namespace {

struct Options {
  std::vector<std::filesystem::path> directories;
  std::filesystem::path out;
};

double now_s() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

void refuse_same(const Options& options) {
  for (const auto& directory : options.directories) {
    std::error_code none;
    if (!std::filesystem::equivalent(directory, options.out, none)) continue;
    throw UsageError("'" + directory.string() + "' is --out itself", "a store cannot be merged into itself",
                     "Leave it out: what --out holds stays there, before all others.");
  }
}

/// The name by which stores belong together: no-op tasks have no study.
std::string name_of_study(const store::State& state) {
  const auto name = state.study.text.empty() ? "" : study_of(state).name;
  return name.empty() ? state.study.file_name : name;
}

void require_whole(const store::State& state, const std::filesystem::path& directory) {
  require_journal(state, directory);
  store::refuse_damage(state, directory);
  if (!state.study.text.empty()) return;
  throw UsageError("'" + directory.string() + "' holds no results", "there is no journal of a study in it",
                   "Name folders that 'espalier run --out' was given.");
}

/// What all stores must agree in: the study, which is the same one as long as it keeps its name.
class OneStudy {
 public:
  void check(const store::State& state, const std::filesystem::path& directory) {
    const auto name = name_of_study(state) + (state.study.trial ? " (a trial)" : "");
    if (name_.empty()) {
      name_ = name;
      named_by_ = directory;
    }
    if (name == name_) return;
    throw UsageError(fmt::format("'{}' holds the study '{}', and '{}' the study '{}'", named_by_.string(), name_,
                                 directory.string(), name),
                     "only stores of one study can be merged", "Name another --out, or leave one of them out.");
  }

 private:
  std::string name_;
  std::filesystem::path named_by_;
};

/// Refuses what cannot be merged into. Nothing is written yet.
void check_target(const store::State& into, const std::filesystem::path& out) {
  require_journal(into, out);
  store::refuse_damage(into, out);
  store::refuse_foreign_files(out, into.segments.empty() ? store::HasJournal::no : store::HasJournal::yes);
  session::refuse_newer_calibration(out);
  if (probe_lock(out).held == HoldState::yes) store::DirectoryLock::acquire(out, session::writer_identity(false), 0);
}

/// As `export` reads it: what a launch has in hand is not settled.
store::MergeSource read_source(const std::filesystem::path& directory) {
  store::MergeSource source;
  source.directory = std::filesystem::absolute(directory);
  source.state = store::replay(directory);
  require_whole(source.state, directory);
  warn_of_damage(source.state, directory);
  source.in_use = launch_held(probe_lock(directory), source.state) != HoldState::no;
  if (!source.in_use) store::settle_dead(source.state);
  return source;
}

void print_each(const char* kind, const std::vector<std::string>& texts) {
  for (const auto& text : texts) fmt::print(stderr, "espalier: {}: {}\n", kind, text);
}

/// "12 tasks with their results, 3 tasks to do".
std::string taken_text(const store::MergedSource& merged) {
  if (merged.joining.is_empty()) return "nothing new";
  std::string text;
  const auto add = [&](std::size_t count, const std::string& what) {
    if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, what);
  };
  add(merged.joining.runs.size(), "runs");
  add(merged.histories, "tasks with their records");
  add(merged.plans, "tasks to do");
  add(merged.rests, "tasks of which rows or files were lacking");
  return text.empty() ? "only notes" : text;
}

void print_source(const store::MergeSource& source, const store::MergedSource& merged) {
  if (source.in_use) {
    fmt::print(stderr, "espalier: note: a launch works on '{}': tasks that have not ended are left to it\n",
               source.directory.string());
  }
  print_each("conflict", merged.joining.conflicts);
  print_each("other form", merged.joining.other_forms);
  print_each("note", merged.joining.notes);
  print_each("warning", merged.lost_files);
  fmt::print("{}: {}\n", source.directory.string(), taken_text(merged));
}

/// Costs that the first of the stores measured, where there are none yet: plans of parts then agree.
void bring_calibration(const Options& options) {
  if (!session::read_calibration(options.out).empty()) return;
  for (const auto& directory : options.directories) {
    const auto calibration = session::read_calibration(directory);
    if (!calibration.empty()) return session::write_calibration(options.out, calibration);
  }
}

void renew_view(const store::State& state, const std::filesystem::path& out) {
  if (!store::is_view_current(state, out)) {
    if (const auto kept = store::keep_richer_view(state, out))
      fmt::print("the old results.h5 knows more than the journal: it is kept as '{}'\n", kept->string());
    if (const auto kept = store::write_view(state, out))
      fmt::print("what was in the place of results.h5 is no view: it is kept as '{}'\n", kept->string());
  }
  const auto done = std::count_if(state.runs.begin(), state.runs.end(), [&](const store::RunEntry& entry) {
    return entry.current && state.state_of(entry.run) == task::RunState::done;
  });
  fmt::print("{} holds {} runs, {} of them done, and {} tasks\n", out.string(), state.runs.size(), done,
             state.tasks.size());
}

/// Reads all sources, and returns whether work of two of them contradicts.
bool add_all(store::Merge& merge, const Options& options, OneStudy& study) {
  bool has_conflict = false;
  for (const auto& directory : options.directories) {
    auto source = read_source(directory);
    study.check(source.state, directory);
    const store::MergeSource named{source.directory, {}, source.in_use};
    const auto merged = merge.add(std::move(source), now_s());
    has_conflict = has_conflict || !merged.joining.conflicts.empty();
    print_source(named, merged);
  }
  return has_conflict;
}

int run(const Options& options) {
  refuse_same(options);
  const auto& out = options.out;
  store::JournalTail target(out);
  check_target(target.examine(), out);
  OneStudy study;
  if (!target.state().study.text.empty()) study.check(target.state(), out);
  store::Merge merge(std::filesystem::absolute(out), target.state());
  const bool has_conflict = add_all(merge, options, study);
  const auto who = session::writer_identity(false);
  const auto lock = store::DirectoryLock::acquire(out, who, 0);
  if (target.advance()) {
    throw EnvironmentError("'" + out.string() + "' was changed while this merge read", "another process wrote to it",
                           "Give the same command again. Nothing was changed.");
  }
  bring_calibration(options);
  merge.finish(who, exit_code_of(merge.state()), now_s());
  target.advance();
  renew_view(target.state(), out);
  return static_cast<int>(has_conflict ? ExitCode::some_failed : ExitCode::done);
}

}  // namespace

void add_merge(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("merge", "join the stores of one study by the ids of its runs and tasks");
  verb->add_option("directories", options->directories, "stores to take from; they are only read")->required();
  verb->add_option("--out", options->out, "the store that gets everything; it may be new")->required();
  verb->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace espalier::cli
