// espalier run STUDY --out DIR: starts a study, or resumes it where it stopped.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "cli/job_starts.hpp"
#include "cli/load_study.hpp"
#include "cli/lock_probe.hpp"
#include "cli/out_checks.hpp"
#include "cli/progress_line.hpp"
#include "cli/result_dir.hpp"
#include "cli/run_options.hpp"
#include "cli/stopped_text.hpp"
#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/core/whole_number.hpp"
#include "espalier/os/host.hpp"
#include "espalier/plan/refusal.hpp"
#include "espalier/plan/sense.hpp"
#include "espalier/report/answer.hpp"
#include "espalier/report/at_chance.hpp"
#include "espalier/runtime/signals.hpp"
#include "espalier/runtime/supervisor.hpp"
#include "espalier/session/launch_file.hpp"
#include "espalier/session/rank.hpp"
#include "espalier/site/foreign_mpirun.hpp"
#include "espalier/site/job_end.hpp"
#include "espalier/store/foreign_files.hpp"
#include "espalier/store/journal.hpp"
#include "espalier/store/layout.hpp"

namespace espalier::cli {
namespace {

/// Refuses a directory that another launch holds, naming the holder, before mpirun is started. It first waits for up to
/// 15 s, since ranks of a killed launcher may live on for some seconds.
void refuse_if_held(const session::RunArguments& arguments) {
  const auto store = session::store_of(arguments);
  const LockProbe probe = probe_lock(store);
  if (probe.held != HoldState::yes || arguments.launch.take_over) return;
  fmt::print(stderr, "espalier: '{}' is in use ({}); waiting up to 15 s for its end\n", store.string(), probe.holder);
  store::DirectoryLock::acquire(store, session::writer_identity(arguments.launch.take_over));
}

/// "an MPI launcher", "srun, in 3 tasks" or "srun, as step 0"; "" where it was none of them.
std::string launcher_around() {
  if (std::getenv("OMPI_COMM_WORLD_SIZE") || std::getenv("PMIX_RANK")) return "an MPI launcher";
  const char* tasks = std::getenv("SLURM_STEP_NUM_TASKS");
  if (tasks && whole_number<int>(tasks).value_or(1) > 1) return fmt::format("srun, in {} tasks", tasks);
  constexpr std::int64_t kLeastSpecial = 4294967290;  // the shell of salloc; a batch script is no step
  const char* step = std::getenv("SLURM_STEP_ID");
  const auto number = step ? whole_number<std::int64_t>(step) : std::nullopt;
  return number && *number < kLeastSpecial ? fmt::format("srun, as step {}", *number) : "";
}

/// The processes of a study are started by this one, once: under another launcher there might be one launch a task, and
/// a step has only a part of the job's nodes, out of which srun starts no others.
void refuse_inside_launcher() {
  const auto launcher = launcher_around();
  if (launcher.empty()) return;
  throw UsageError(
      fmt::format("'espalier run' was started by {}", launcher), "it starts the processes of a study itself",
      "Call it once, without srun or mpirun: from a batch script, as 'espalier submit' writes, or from the "
      "shell that salloc opens.");
}

/// The library that srun needs, beside this program.
std::filesystem::path srun_library(runtime::LauncherKind launcher) {
  if (launcher != runtime::LauncherKind::srun) return {};
  auto file = std::filesystem::path(os::own_program()).parent_path() / "libespalier-srun-waits.so";
  if (std::filesystem::exists(file)) return file;
  throw EnvironmentError("'" + file.string() + "' is not there", "it is built with this program, and srun needs it",
                         "Copy it there, or use --launcher mpirun.");
}

/// A study that cannot be planned is refused before anything is written. Rank 0 plans again; of a study that has begun
/// it alone does, with the selections that were made.
void refuse_unplannable(const session::RunArguments& arguments, const session::StudyInput& input,
                        const store::State& earlier) {
  if (arguments.launch.noop_tasks > 0 || !earlier.runs.empty()) return;
  plan::CompileOptions options;
  options.account = false;
  const auto plan = plan::compile(input.study, input.facts, {}, options);
  plan::refuse_errors(plan, arguments.study.file.filename().string());
  print_diagnostics(plan::sense_of(input.study, plan), arguments.study.file);
}

/// Creates the store; a smoke or no-op run removes what an earlier one wrote.
void prepare_store(const session::RunArguments& arguments) {
  const auto store = session::store_of(arguments);
  if (begins_anew(arguments)) store::remove_results(store);
  std::filesystem::create_directories(store);
}

/// Of each node no more than a control group allows here, which may be less than Slurm says. The shell of salloc may be
/// on a machine that is no node of its job.
std::int32_t cores_for_trainers() {
  const bool is_elsewhere = std::getenv("SLURM_JOB_ID") && !std::getenv("SLURMD_NODENAME");
  const auto here = os::usable_cores();
  const char* of_job = std::getenv("SLURM_JOB_CPUS_PER_NODE");
  return (is_elsewhere ? os::cores_of_job(of_job) : os::cores_of_job(of_job, here)).value_or(here);
}

void fill_defaults(session::LaunchSettings& launch, const store::StudyRecord& before) {
  if (launch.threads == 0) launch.threads = before.text.empty() ? 1 : before.threads;
  const auto cores = cores_for_trainers();
  const auto gpus = launch.device == "cpu" ? std::nullopt : os::gpus_of_job(std::getenv("SLURM_GPUS_ON_NODE"));
  if (launch.workers == 0) launch.workers = gpus.value_or(std::max(1, cores / launch.threads));
}

/// Resolves the study and its data, once for all launches of this command.
session::StudyInput resolve(const session::RunArguments& arguments) {
  if (arguments.launch.noop_tasks > 0) return {};
  return load_study(arguments.study, session::WantImages::yes);
}

/// Writes what rank 0 reads, and returns the command of the ranks.
std::vector<std::string> hand_over(const session::StudyInput& input, const session::RunArguments& arguments,
                                   std::uint32_t first_segment) {
  const bool made_up = arguments.launch.noop_tasks > 0;
  const auto file = store::launch_file(session::store_of(arguments));
  const auto launch = made_up ? session::noop_launch_of(arguments) : session::launch_of(input, arguments);
  return {os::own_program(),
          "rank",
          file.string(),
          "--digest",
          session::write_launch(file, launch),
          "--build",
          session::this_build(),
          "--ranks",
          std::to_string(arguments.launch.workers + 1),
          "--supervisor",
          runtime::supervisor_address(),
          "--first-segment",
          std::to_string(first_segment)};
}

/// Errors are ignored: a terminal that was closed changes nothing about how the study ended.
void put(std::FILE* file, const std::string& line) {
  std::fputs((line + "\n").c_str(), file);
  std::fflush(file);
}

/// 0 where there is no journal.
std::uintmax_t journal_bytes(const std::filesystem::path& store) {
  std::uintmax_t sum = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(store / "journal", error)) {
    const auto size = entry.file_size(error);
    if (!error) sum += size;
  }
  return sum;
}

/// The answer, the first failure, and what to do next.
void print_answer(const report::Directory& directory, int code) {
  const auto views = report::runs_of(directory);
  const auto guessing = report::at_chance_text(views);
  if (!guessing.empty()) put(stderr, "espalier: warning: " + guessing);
  const auto failure = report::first_failure(views);
  if (!failure.empty()) put(stdout, failure);
  const bool is_over = code == static_cast<int>(ExitCode::done) || code == static_cast<int>(ExitCode::some_failed);
  constexpr std::size_t kMostRuns = 20'000;
  if (!is_over || directory.state.detail == store::Detail::brief || directory.state.runs.size() > kMostRuns) return;
  for (const auto& line : report::answers_of(views, study_of(directory.state))) put(stdout, line);
  put(stdout, failure.empty() ? "Next: espalier report " + directory.name
                              : "Next: the same command once more, or espalier report " + directory.name);
}

void print_end(const session::RunArguments& arguments, int code) {
  // All of a large study takes long to read, and its answers are many lines: 'report' has them.
  constexpr std::uintmax_t kMostJournal = 256u << 20;
  const auto store = session::store_of(arguments);
  const bool made_up = arguments.launch.noop || arguments.launch.noop_tasks > 0 || arguments.launch.smoke;
  const bool answers = !made_up && journal_bytes(store) <= kMostJournal;
  report::Directory directory{arguments.out.string(),
                              store::replay(store, answers ? store::Detail::full : store::Detail::brief)};
  auto& state = directory.state;
  store::settle_dead(state);
  for (const auto& warning : state.warnings) put(stderr, "espalier: warning: " + warning);
  if (state.runs.empty()) return;
  put(stdout, summary(state));
  if (!made_up) print_answer(directory, code);
  if (code == static_cast<int>(ExitCode::stopped)) put(stdout, stopped_text(state));
}

int run(session::RunArguments arguments) {
  if (arguments.study.file.empty() && arguments.launch.noop_tasks == 0) {
    throw UsageError("no study", "'run' needs a study file", "Write: espalier run STUDY --out DIR");
  }
  refuse_inside_launcher();
  runtime::exit_at_warning(arguments.warned_code);
  if (arguments.launcher == "mpirun") site::refuse_foreign_mpirun(mpi::library());
  const auto input = resolve(arguments);
  const auto earlier = check_out(arguments, input);
  refuse_unplannable(arguments, input, earlier);
  const auto who = session::writer_identity(arguments.launch.take_over);
  refuse_restarts_without_progress(earlier, who);
  refuse_if_held(arguments);
  prepare_store(arguments);
  fill_defaults(arguments.launch, earlier.study);
  runtime::SupervisorOptions options;
  options.out = session::store_of(arguments);
  options.workers = arguments.launch.workers;
  options.threads = arguments.launch.threads;
  options.rank_command = hand_over(input, arguments, earlier.next_segment);
  options.progress_line = progress_line;
  options.first_heartbeat_s = arguments.first_heartbeat_s;
  options.silence_s = arguments.silence_s;
  options.launcher = arguments.launcher == "srun" ? runtime::LauncherKind::srun : runtime::LauncherKind::mpirun;
  options.mpi_plugin = arguments.mpi_plugin;
  options.srun_library = srun_library(options.launcher);
  options.warned_s = arguments.warned_s;
  if (!who.job.empty()) options.job_health = job_health;
  note_lost_start(earlier, options.out, who);
  const auto end = runtime::supervise(options);
  const bool comes_back = end.signal != 0 && note_end(options.out, who, end.signal, arguments.warned_s);
  print_end(arguments, end.code);
  return comes_back && end.code == static_cast<int>(ExitCode::stopped) ? arguments.warned_code : end.code;
}

}  // namespace

void add_run(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<session::RunArguments>();
  CLI::App* verb = app.add_subcommand("run", "run a study, or go on where it stopped");
  add_options(*verb, *arguments);
  verb->callback([arguments, &exit_code] { exit_code = run(*arguments); });
}

}  // namespace espalier::cli
