// espalier submit STUDY --out DIR --site SITE: writes a batch script, checks it against the site, and hands it to
// Slurm.
#include <fmt/format.h>

#include <memory>

#include "cli/load_study.hpp"
#include "cli/out_checks.hpp"
#include "cli/run_options.hpp"
#include "cli/simulate_plan.hpp"
#include "cli/submit_lock.hpp"
#include "cli/submit_shards.hpp"
#include "cli/submitted_jobs.hpp"
#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/core/whole_number.hpp"
#include "espalier/os/durable_file.hpp"
#include "espalier/os/host.hpp"
#include "espalier/session/calibration_file.hpp"
#include "espalier/session/run_arguments.hpp"
#include "espalier/site/batch_script.hpp"
#include "espalier/site/sbatch_options.hpp"
#include "espalier/site/slurm.hpp"
#include "espalier/site/slurm_time.hpp"
#include "espalier/store/journal.hpp"
#include "espalier/store/requests.hpp"

namespace espalier::cli {
namespace {

struct Options {
  session::RunArguments run;
  std::string site, time, nodes = "1";
  std::int32_t shards = 0;
  bool dry_run = false;
  std::vector<std::string> sbatch_options;
};

std::vector<std::string> command_of(const char* verb, const std::vector<std::string>& words) {
  std::vector<std::string> command = {os::own_program(), verb};
  command.insert(command.end(), words.begin(), words.end());
  return command;
}

/// espalier run ..., as the job is to give it; without --out for a job of shards, which adds its own.
std::vector<std::string> run_command(const Options& options) {
  auto command = command_of("run", study_words(options.run.study));
  if (options.shards == 0) {
    command.insert(command.begin() + 3, {"--out", std::filesystem::absolute(options.run.out).string()});
  }
  const auto words = launch_words(options.run);
  command.insert(command.end(), words.begin(), words.end());
  return command;
}

/// espalier calibrate ... of the first job of shards. Steps cost what they do with the threads of a trainer.
std::vector<std::string> calibrate_command(const Options& options) {
  auto command = command_of("calibrate", study_words(options.run.study));
  const auto threads = options.run.launch.threads;
  if (threads > 0) command.insert(command.end(), {"--threads", std::to_string(threads)});
  return command;
}

/// "2" or "2-4".
void take_nodes(const std::string& text, site::JobRequest& request) {
  const auto dash = text.find('-');
  const auto least = whole_number<std::int32_t>(text.substr(0, dash));
  const auto most = dash == std::string::npos ? least : whole_number<std::int32_t>(text.substr(dash + 1));
  if (!least || !most || *least < 1 || *most < *least || *most > 100'000) {
    throw UsageError(fmt::format("--nodes {} is no number of nodes", text), "", "Write 2, or 2-4 for two to four.");
  }
  request.nodes = *least;
  request.most_nodes = *most;
}

/// All but the command.
site::JobRequest request_of(const Options& options, const session::StudyInput& input, const site::Profile& profile) {
  site::JobRequest request;
  request.name = input.study.name;
  request.out = std::filesystem::absolute(options.run.out);
  request.token = site::token_of(request.out);
  request.folder = std::filesystem::current_path();
  take_nodes(options.nodes, request);
  request.sbatch_options = options.sbatch_options;
  request.time_s = profile.time_s;
  if (!options.time.empty()) {
    const auto seconds = site::seconds_of(options.time);
    if (!seconds || *seconds == 0) {
      throw UsageError(fmt::format("--time {} is no time", options.time), "",
                       "Write it as Slurm does: 30 (minutes), 2:00:00, 1-12:00:00.");
    }
    request.time_s = *seconds;
  }
  return request;
}

void refuse_excesses(const site::JobRequest& request, const site::Profile& profile) {
  site::refuse_comments(request, profile);
  const auto lines = site::excesses_of(request, profile);
  if (lines.empty()) return;
  throw UsageError(fmt::format("the site '{}' does not allow this job: {}", profile.name, fmt::join(lines, "; ")), "",
                   "Ask for less, or correct the profile.");
}

/// What OUT remembers of its launches; of shards, what their first store does, which has begun before OUT.
store::StudyRecord remembered(const Options& options, const store::State& earlier) {
  if (options.shards == 0) return earlier.study;
  const auto first = store::replay(site::store_of_shard(options.run.out, 0), store::Detail::brief);
  return first.study.text.empty() ? earlier.study : first.study;
}

/// What `run` is to be told; 0: nothing. A store is begun with as many threads as a trainer has cores, but where
/// trainers have GPUs, and keeps to them. `run` knows those of its own store; some stores of shards are yet to begin.
std::int32_t threads_to_tell(const Options& options, const store::StudyRecord& before, const site::Profile& profile) {
  const auto asked = options.run.launch.threads;
  if (asked > 0) return asked;
  if (!before.text.empty()) return options.shards > 0 ? before.threads : 0;
  return profile.gres.empty() ? profile.cores_per_device : 0;
}

/// As `run` will plan the study on one of these nodes.
plan::CompileOptions compile_options(const Options& options, const store::StudyRecord& before) {
  const auto& launch = options.run.launch;
  plan::CompileOptions compile;
  compile.only = launch.only;
  compile.passes = session::passes_of(launch.without);
  compile.threads = launch.threads > 0 ? launch.threads : before.text.empty() ? 1 : before.threads;
  if (launch.feature_bytes > 0) compile.feature_bytes = static_cast<std::int64_t>(launch.feature_bytes);
  compile.calibration = session::read_calibration(options.run.out);
  return compile;
}

/// "partition gpu: 16 cores, 64000 MB, gpu:a100:4 a node"; what the profile leaves to Slurm is not said.
std::string asked_a_node(const site::Profile& profile) {
  const auto cores = profile.devices * profile.cores_per_device;
  std::vector<std::string> asked = {fmt::format("{} core{}", cores, cores == 1 ? "" : "s")};
  if (profile.megabytes_per_device > 0)
    asked.push_back(fmt::format("{} MB", profile.devices * profile.megabytes_per_device));
  if (!profile.gres.empty()) asked.push_back(profile.gres);
  const auto partition = profile.partition.empty() ? "Slurm's default partition" : "partition " + profile.partition;
  return fmt::format("{}: {} a node", partition, fmt::join(asked, ", "));
}

/// What the job will take, on standard error: --dry-run prints the script alone on standard output.
void print_estimate(const Options& options, const session::StudyInput& input, const site::JobRequest& request,
                    const site::Profile& profile, plan::CompileOptions compile) {
  compile.workers = request.nodes * profile.devices;
  plan::Plan plan = plan::compile(input.study, input.facts, {}, compile);
  print_diagnostics(plan.diagnostics, options.run.study.file);
  if (study::has_errors(plan.diagnostics)) throw UsageError("the study cannot be planned", "", "Correct it first.");
  const double device_hours = plan.device_hours;
  const auto seen = simulate_plan(input, compile, plan, {compile.workers, 0, 60, 1});
  fmt::print(
      stderr, "{} node{} with {} device{} each for {}\n{}\n{}: about {:.2f} device-hours, {:.2f} h on {} devices{}\n",
      site::nodes_text(request), request.most_nodes == 1 ? "" : "s", profile.devices, profile.devices == 1 ? "" : "s",
      site::slurm_time_of(request.time_s), asked_a_node(profile),
      compile.only.empty() ? "the whole study" : "these runs", device_hours, seen.makespan_s / 3600, compile.workers,
      compile.calibration.empty() ? " (uncalibrated: 'espalier calibrate' makes this an estimate)" : "");
}

/// The cut of the study, which is also printed.
KeptCut cut_of(const Options& options, const session::StudyInput& input, const site::JobRequest& request,
               const site::Profile& profile, plan::CompileOptions compile) {
  compile.account = false;
  const auto plan = plan::compile(input.study, input.facts, {}, compile);
  const auto cut = plan::cut_study(input.study, input.facts, compile.only, options.shards);
  KeptCut kept{compile.only, plan::work_of_shards(cut, plan)};
  fmt::print(stderr, "{}", cut_text(kept, request.nodes * profile.devices));
  return kept;
}

/// Two jobs for one OUT would wait for each other.
void refuse_second_job(const site::JobRequest& request) {
  const auto jobs = site::jobs_with(request.token, site::queued_jobs());
  if (jobs.empty()) return;
  const auto& job = jobs.front();
  throw UsageError(fmt::format("job {} for '{}' is {} already", job.id, request.out.string(), job.state),
                   job.reason == "None" ? "" : job.reason,
                   fmt::format("'espalier status' shows it; 'scancel {}' takes it back.", job.id));
}

/// An earlier `stop` must not keep the new job from coming back.
void forget_stop(const std::filesystem::path& out) { std::filesystem::remove(site::stop_mark(out)); }

std::filesystem::path write_script(const site::JobRequest& request, const std::string& script) {
  const auto file = request.out / "logs" / "job.sh";
  os::write_file_durably(file, bytes_of(script));
  return file;
}

void note_submitted(const Options& options, const site::JobRequest& request, const std::vector<std::string>& jobs) {
  store::leave_request(request.out, "submit", 0, jobs);
  forget_jobs(request.out);
  fmt::print("Submitted job{} {}. 'espalier status {}' shows how far it is.\n", jobs.size() == 1 ? "" : "s",
             fmt::join(jobs, ", "), options.run.out.string());
}

/// Three jobs: what several shards need, the shards, and their merge.
int submit_sharded(const Options& options, const session::StudyInput& input, const site::JobRequest& job,
                   const site::Profile& profile, const plan::CompileOptions& compile) {
  const site::ShardedRequest request{job, calibrate_command(options), options.shards};
  const auto scripts = site::shard_scripts(request, profile);
  const auto cut = cut_of(options, input, job, profile, compile);
  if (options.dry_run) {
    fmt::print("{}", scripts_text(scripts));
    return static_cast<int>(ExitCode::done);
  }
  const auto lock = lock_submission(job.out);
  refuse_other_cut(job.out, cut);
  refuse_second_job(job);
  forget_stop(job.out);
  write_cut(job.out, cut);
  note_submitted(options, job, submit_all(scripts, job.out));
  return static_cast<int>(ExitCode::done);
}

int submit(Options options) {
  const site::Profile profile = site::find_profile(options.site);
  const auto input = load_study(options.run.study, session::WantImages::no);
  auto request = request_of(options, input, profile);
  refuse_excesses(request, profile);
  if (options.shards > 0) refuse_shards(profile);
  // What the job will ask of OUT is refused here rather than after hours in a queue.
  const auto before = remembered(options, check_out(options.run, input));
  options.run.launch.threads = threads_to_tell(options, before, profile);
  request.command = run_command(options);
  const auto compile = compile_options(options, before);
  print_estimate(options, input, request, profile, compile);
  if (options.shards > 0) return submit_sharded(options, input, request, profile, compile);
  const auto script = site::batch_script(request, profile);
  if (options.dry_run) {
    fmt::print("{}", script);
    return static_cast<int>(ExitCode::done);
  }
  const auto lock = lock_submission(request.out);
  refuse_second_job(request);
  forget_stop(request.out);
  note_submitted(options, request, {site::submit(write_script(request, script))});
  return static_cast<int>(ExitCode::done);
}

}  // namespace

void add_submit(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("submit", "run a study as a Slurm job, which comes back until it is done");
  verb->add_option("study", options->run.study.file, "the study file")->required();
  verb->add_option("--out", options->run.out, "directory of results, which all nodes see")->required();
  verb->add_option("--site", options->site, "NAME or FILE.toml: what the cluster is like (docs/slurm.md)")->required();
  verb->add_option("--nodes", options->nodes, "how many, as 2, or 2-4 for as many of them as there are (default 1)");
  verb->add_option("--time", options->time, "limit of the job, as Slurm writes it (default: the site's)");
  verb->add_option("--shards", options->shards,
                   "K: an array of K independent jobs, behind one for what they share, before one that merges them")
      ->check(CLI::Range(1, 10'000));
  add_common_options(*verb, options->run);
  verb->get_option("--threads")
      ->description("threads a trainer (default: as OUT was begun, else the site's cores_per_device, with GPUs 1)");
  verb->add_flag("--dry-run", options->dry_run, "print the script and start nothing");
  verb->add_option("SBATCH_OPTIONS", options->sbatch_options, "behind --: further options for sbatch");
  verb->callback([options, &exit_code] { exit_code = submit(*options); });
}

}  // namespace espalier::cli
