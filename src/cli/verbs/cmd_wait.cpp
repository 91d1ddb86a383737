// espalier wait DIR: waits until a study is done, over all launches and jobs that work on it.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>

#include "cli/lock_probe.hpp"
#include "cli/submitted_jobs.hpp"
#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"

namespace espalier::cli {
namespace {

constexpr double kLook_s = 2;

/// Whether anything still works on the directory or is going to. A job that runs after the study has ended is only on
/// its way out, unless its launch has not begun.
bool goes_on(const std::string& path, const store::State& state, const JobLook& look) {
  if (launch_held(probe_lock(path), state) != HoldState::no || !look.trouble.empty()) return true;
  const bool has_ended = state.last_exit >= 0 && state.last_exit != static_cast<int>(ExitCode::stopped);
  const bool is_queued = std::any_of(look.jobs.begin(), look.jobs.end(),
                                     [](const site::QueuedJob& job) { return job.state == "PENDING"; });
  return is_queued || (!look.jobs.empty() && (!has_ended || awaits_launch(path)));
}

int wait(const std::string& path) {
  std::string told;
  for (;;) {
    const auto state = read_submitted(path);
    const auto look = look_at_jobs(path, state);
    if (!goes_on(path, state, look)) {
      const int stopped = static_cast<int>(ExitCode::stopped);
      if (state.last_exit >= 0 && state.last_exit != stopped) return state.last_exit;
      fmt::print(stderr, "espalier: nothing works on '{}', and it is not done\n", path);
      return stopped;
    }
    if (!look.trouble.empty() && look.trouble != told)
      fmt::print(stderr, "espalier: warning: Slurm could not be asked, waiting on: {}\n", look.trouble);
    told = look.trouble;
    std::this_thread::sleep_for(std::chrono::duration<double>(kLook_s));
  }
}

}  // namespace

void add_wait(CLI::App& app, int& exit_code) {
  auto path = std::make_shared<std::string>();
  CLI::App* verb = app.add_subcommand("wait", "wait until a study is done; the exit code is the study's");
  verb->add_option("DIR", *path, "what 'run --out' was given")->required();
  verb->callback([path, &exit_code] { exit_code = wait(*path); });
}

}  // namespace espalier::cli
