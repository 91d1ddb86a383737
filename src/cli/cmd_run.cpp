// espalier run STUDY --out DIR: starts a study, or resumes it where it stopped.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "cli/lock_probe.hpp"
#include "cli/progress_line.hpp"
#include "cli/result_dir.hpp"
#include "cli/run_arguments.hpp"
#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/os/host.hpp"
#include "espalier/runtime/supervisor.hpp"
#include "espalier/store/journal.hpp"
#include "espalier/store/layout.hpp"

namespace espalier::cli {
namespace {

/// Refuses a directory that another launch holds, naming the holder, before mpirun is started. It first waits for up to
/// 15 s, since ranks of a killed launcher may live on for some seconds.
void refuse_if_held(const RunArguments& arguments) {
  const auto store = store_of(arguments);
  const auto holder = lock_holder(store);
  if (holder.empty() || arguments.take_over) return;
  fmt::print(stderr, "espalier: '{}' is in use ({}); waiting up to 15 s for its end\n", store.string(), holder);
  store::WriterIdentity who;
  who.host = os::host_name();
  who.process = getpid();
  store::DirectoryLock::acquire(store, who);
}

bool begins_anew(const RunArguments& arguments) {
  return store_of(arguments) != std::filesystem::absolute(arguments.out);
}

/// Creates the store; a smoke or no-op run removes what an earlier one wrote.
void prepare_store(const RunArguments& arguments) {
  const auto store = store_of(arguments);
  if (begins_anew(arguments)) store::remove_results(store);
  std::filesystem::create_directories(store);
}

/// What earlier launches recorded. Refuses a journal that is damaged or of another format, before anything is written.
store::State earlier_launches(const RunArguments& arguments) {
  if (begins_anew(arguments)) return {};
  auto state = store::replay(store_of(arguments));
  if (!arguments.accept_loss) store::refuse_damage(state, store_of(arguments));
  return state;
}

void fill_defaults(RunArguments& arguments, const store::StudyRecord& before) {
  if (arguments.threads == 0) arguments.threads = before.text.empty() ? 1 : before.threads;
  if (arguments.workers == 0) arguments.workers = std::max(1, os::usable_cores() / arguments.threads);
}

void print_end(const RunArguments& arguments, int code) {
  const auto state = store::replay(store_of(arguments), store::Detail::brief);
  for (const auto& warning : state.warnings) fmt::print(stderr, "espalier: warning: {}\n", warning);
  if (state.runs.empty()) return;
  fmt::print("{}\n", summary(state));
  if (code == static_cast<int>(ExitCode::stopped)) fmt::print("Stopped and saved. The same command goes on.\n");
}

int run(RunArguments arguments) {
  if (arguments.study.file.empty() && arguments.noop_tasks == 0) {
    throw UsageError("no study", "'run' needs a study file", "Write: espalier run STUDY --out DIR");
  }
  if (arguments.noop_tasks == 0) load_study(arguments.study, WantImages::yes);
  const auto earlier = earlier_launches(arguments);
  refuse_if_held(arguments);
  prepare_store(arguments);
  fill_defaults(arguments, earlier.study);
  runtime::SupervisorOptions options;
  options.out = store_of(arguments);
  options.workers = arguments.workers;
  options.threads = arguments.threads;
  options.rank_command = {os::own_program(), "rank"};
  const auto words = words_of(arguments);
  options.rank_command.insert(options.rank_command.end(), words.begin(), words.end());
  options.progress_line = progress_line;
  const int code = runtime::supervise(options);
  print_end(arguments, code);
  return code;
}

}  // namespace

void add_run(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<RunArguments>();
  CLI::App* verb = app.add_subcommand("run", "run a study, or go on where it stopped");
  add_options(*verb, *arguments);
  verb->callback([arguments, &exit_code] { exit_code = run(*arguments); });
}

}  // namespace espalier::cli
