// espalier stop DIR: asks the launch that works on a directory to save everything and end.
#include <fmt/format.h>

#include <memory>

#include "cli/lock_probe.hpp"
#include "cli/result_dir.hpp"
#include "espalier/cli/commands.hpp"
#include "espalier/store/requests.hpp"

namespace espalier::cli {
namespace {

void stop(const std::string& directory) {
  const auto state = read_brief(directory);
  const LockProbe probe = probe_lock(directory);
  const HoldState held = launch_held(probe, state);
  if (held == HoldState::no || state.segments.empty()) {
    const bool has_died = !state.segments.empty() && state.last_exit < 0;
    fmt::print("Nothing runs on '{}'.{}\n", directory,
               has_died ? " Its last launch did not end in order: a 'run' that still lives starts it again within "
                          "seconds; then ask again."
                        : "");
    return;
  }
  const auto request = store::leave_request(directory, "stop", state.segments.back().segment);
  fmt::print("Asked the launch ({}) to save and end, by request {}. 'espalier status' shows when it has.\n",
             probe.holder, request.id);
  if (held == HoldState::unknown) fmt::print("Whether it still runs cannot be told: this file system has no locks.\n");
}

}  // namespace

void add_stop(CLI::App& app, int&) {
  auto directory = std::make_shared<std::string>();
  CLI::App* verb = app.add_subcommand("stop", "save all work of a running study and end it; 'run' goes on later");
  verb->add_option("DIR", *directory, "what 'run --out' was given")->required();
  verb->callback([directory] { stop(*directory); });
}

}  // namespace espalier::cli
