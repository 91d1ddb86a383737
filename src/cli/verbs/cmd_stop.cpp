// espalier stop DIR: asks the launch that works on a directory to save everything and end.
#include <fmt/format.h>

#include <memory>

#include "cli/lock_probe.hpp"
#include "cli/result_dir.hpp"
#include "cli/submitted_jobs.hpp"
#include "espalier/cli/commands.hpp"
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

/// The shards of a study that was cut, each with a store and perhaps a launch of its own.
bool ask_shards(const std::filesystem::path& out) {
  bool any = false;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(out / "shards", none)) {
    if (!std::filesystem::exists(entry.path() / "journal")) continue;
    any = ask_launch(entry.path(), read_brief(entry.path().string())) || any;
  }
  return any;
}

/// Jobs that wait are taken back. One that has begun, while nothing listens in OUT yet, is told by a signal, which its
/// script passes on. The mark keeps a job that Slurm warns at the same time from coming back.
bool end_jobs(const std::filesystem::path& out, const store::State& state, bool is_asked) {
  if (!was_submitted(out, state)) return false;
  const auto jobs = site::jobs_with(site::token_of(out), site::queued_jobs());
  if (jobs.empty()) return false;
  std::filesystem::create_directories(out / "logs");
  os::write_file_durably(site::stop_mark(out), bytes_of("espalier stop\n"));
  for (const auto& job : jobs) {
    const bool is_waiting = job.state == "PENDING";
    if (is_waiting) site::cancel({job.id});
    else if (!is_asked) site::signal_script(job.id, "TERM");
    if (is_waiting) fmt::print("Took job {} back, which was waiting.\n", job.id);
    else fmt::print("Job {} saves and ends.\n", job.id);
  }
  forget_jobs(out);
  return true;
}

void stop(const std::string& directory) {
  const auto state = read_submitted(directory);
  const bool is_asked = ask_launch(directory, state);
  const bool are_shards_asked = ask_shards(directory);
  if (end_jobs(directory, state, is_asked || are_shards_asked) || is_asked || are_shards_asked) return;
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
