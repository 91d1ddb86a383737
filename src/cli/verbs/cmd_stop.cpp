// espalier stop DIR: asks the launch that works on a directory to save everything and end.
#include <fmt/format.h>

#include <memory>
#include <set>

#include "cli/lock_probe.hpp"
#include "cli/result_dir.hpp"
#include "cli/submitted_jobs.hpp"
#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/os/durable_file.hpp"
#include "espalier/site/batch_script.hpp"
#include "espalier/site/slurm.hpp"
#include "espalier/store/requests.hpp"

namespace espalier::cli {
namespace {

/// Asks the launch that works on a store; false where there is none.
bool ask_launch(const std::filesystem::path& store, const store::State& state) {
  const LockProbe probe = probe_lock(store);
  const HoldState held = launch_held(probe, state);
  if (held == HoldState::no || state.segments.empty()) return false;
  const auto request = store::leave_request(store, "stop", state.segments.back().segment);
  fmt::print("Asked the launch ({}) to save and end, by request {}. 'espalier status' shows when it has.\n",
             probe.holder, request.id);
  if (held == HoldState::unknown) fmt::print("Whether it still runs cannot be told: this file system has no locks.\n");
  return true;
}

/// The shards whose launches were asked, of a study that was cut: each has a store of its own.
std::set<std::string> ask_shards(const std::filesystem::path& out) {
  std::set<std::string> asked;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(out / "shards", none)) {
    if (!std::filesystem::exists(entry.path() / "journal")) continue;
    if (ask_launch(entry.path(), read_brief(entry.path().string()))) asked.insert(entry.path().filename().string());
  }
  return asked;
}

/// The shard that an element of an array works on: the 2 of "70_2"; of other jobs that of the first, "0".
std::string shard_of(const site::QueuedJob& job) {
  const auto bar = job.id.find('_');
  return bar == std::string::npos ? "0" : job.id.substr(bar + 1);
}

/// Jobs that wait are taken back. One that has begun, while nothing listens in its store yet, is told by a signal,
/// which its script passes on.
void end_job(const site::QueuedJob& job, bool is_asked) {
  if (job.state == "PENDING") {
    site::cancel({job.id});
    fmt::print("Took job {} back, which was waiting.\n", job.id);
    return;
  }
  if (!is_asked) site::signal_script(job.id, "TERM");
  fmt::print("Job {} saves and ends.\n", job.id);
}

/// Keeps a job from coming back that Slurm warns at the same time, or puts back later.
void leave_mark(const std::filesystem::path& out) {
  std::filesystem::create_directories(out / "logs");
  os::write_file_durably(site::stop_mark(out), bytes_of("espalier stop\n"));
}

/// The jobs of a directory that was submitted; none where it was not. The mark stands before anything is asked to end.
/// Where Slurm does not answer there may be jobs: work that runs is stopped all the same.
std::vector<site::QueuedJob> mark_jobs(const std::filesystem::path& out, const store::State& state) {
  if (!was_submitted(out, state)) return {};
  std::vector<site::QueuedJob> jobs;
  try {
    jobs = site::jobs_with(site::token_of(out), site::queued_jobs());
  } catch (const EnvironmentError& error) {
    leave_mark(out);
    fmt::print(stderr,
               "espalier: warning: jobs that wait are not taken back: {}. They end by themselves when they start.\n",
               error.what());
    return {};
  }
  if (!jobs.empty()) leave_mark(out);
  return jobs;
}

void stop(const std::string& directory) {
  const auto state = read_submitted(directory);
  const auto jobs = mark_jobs(directory, state);
  const bool is_asked = ask_launch(directory, state);
  const auto shards = ask_shards(directory);
  for (const auto& job : jobs) end_job(job, is_asked || shards.contains(shard_of(job)));
  if (!jobs.empty()) forget_jobs(directory);
  if (is_asked || !shards.empty() || !jobs.empty()) return;
  const bool has_died = !state.segments.empty() && state.last_exit < 0;
  fmt::print("Nothing runs on '{}'.{}\n", directory,
             has_died ? " Its last launch did not end in order: a 'run' that still lives starts it again within "
                        "seconds; then ask again."
                      : "");
}

}  // namespace

void add_stop(CLI::App& app, int&) {
  auto directory = std::make_shared<std::string>();
  CLI::App* verb = app.add_subcommand("stop", "save all work of a running study and end it; 'run' goes on later");
  verb->add_option("DIR", *directory, "what 'run --out' was given")->required();
  verb->callback([directory] { stop(*directory); });
}

}  // namespace espalier::cli
