// espalier wait DIR: waits until a study is done, over all launches and jobs that work on it.
#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <thread>

#include "cli/lock_probe.hpp"
#include "cli/result_dir.hpp"
#include "cli/submitted_jobs.hpp"
#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"

namespace espalier::cli {
namespace {

constexpr double kLook_s = 2;

/// Whether anything still works on the directory or is going to.
bool goes_on(const std::string& path, const store::State& state) {
  return launch_held(probe_lock(path), state) != HoldState::no || !look_at_jobs(path, state).jobs.empty();
}

int wait(const std::string& path) {
  for (;;) {
    const auto state = read_brief(path);
    const bool is_over = state.last_exit >= 0 && state.last_exit != static_cast<int>(ExitCode::stopped) &&
                         launch_held(probe_lock(path), state) == HoldState::no;
    if (is_over) return state.last_exit;
    if (!goes_on(path, state)) {
      fmt::print(stderr, "espalier: nothing works on '{}', and it is not done\n", path);
      return static_cast<int>(ExitCode::stopped);
    }
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
