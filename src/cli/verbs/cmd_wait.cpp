// espalier wait DIR: waits until a study is done, over all launches and jobs that work on it.
#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <thread>

#include "cli/study_end.hpp"
#include "espalier/cli/commands.hpp"

namespace espalier::cli {
namespace {

constexpr double kLook_s = 2;

int wait(const std::string& path) {
  std::string told;
  for (;;) {
    const auto state = read_submitted(path);
    const auto look = look_at_jobs(path, state);
    if (!goes_on(path, state, look)) return code_of_end(path, state);
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
