// espalier cancel DIR RUN...: drops runs, and work that nobody else needs.
#include <fmt/format.h>

#include <memory>

#include "cli/find_run.hpp"
#include "cli/lock_probe.hpp"
#include "cli/result_dir.hpp"
#include "espalier/cli/commands.hpp"
#include "espalier/store/requested_work.hpp"
#include "espalier/store/requests.hpp"

namespace espalier::cli {
namespace {

void cancel(const std::string& path, const std::vector<std::string>& names) {
  std::vector<report::Directory> directories = {read_directory(path)};
  store::State& state = directories.front().state;
  const auto views = report::runs_of(directories);
  std::vector<std::string> targets;
  for (const auto& name : names) {
    const auto view = find_run(views, name);
    if (view.state == task::RunState::done) fmt::print("run {} is done already\n", view.run->id.brief());
    else targets.push_back(view.run->id.hex.str());
  }
  if (targets.empty()) return;
  for (const auto& target : targets) state.cancelled.insert(RunId{target});
  const auto tasks = store::unneeded_tasks(state).size();
  const auto count = targets.size();
  const auto request = store::leave_request(path, "cancel", last_segment(state), std::move(targets));
  fmt::print("{} run{} to be dropped, and {} task{} that nobody else needs (request {}). {}\n", count,
             count == 1 ? " is" : "s are", tasks, tasks == 1 ? "" : "s", request.id, who_obeys(path));
}

}  // namespace

void add_cancel(CLI::App& app, int&) {
  auto directory = std::make_shared<std::string>();
  auto runs = std::make_shared<std::vector<std::string>>();
  CLI::App* verb = app.add_subcommand("cancel", "drop runs, and work that nobody else needs; 'retry' takes it back");
  verb->add_option("DIR", *directory, "what 'run --out' was given")->required();
  verb->add_option("RUN", *runs, "the beginning of its id, or EXPERIMENT:AXIS=VALUE,...")->required();
  verb->callback([directory, runs] { cancel(*directory, *runs); });
}

}  // namespace espalier::cli
