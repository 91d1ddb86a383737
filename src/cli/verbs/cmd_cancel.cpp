// espalier cancel DIR RUN...: drops runs, or all that need a task, and work that nobody else needs.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <set>

#include "cli/find_run.hpp"
#include "cli/lock_probe.hpp"
#include "cli/result_dir.hpp"
#include "espalier/cli/commands.hpp"
#include "espalier/store/requested_work.hpp"
#include "espalier/store/requests.hpp"

namespace espalier::cli {
namespace {

bool needs(const store::State& state, const TaskId& id, const TaskId& wanted) {
  if (id == wanted) return true;
  const auto found = state.tasks.find(id);
  if (found == state.tasks.end()) return false;
  const auto& inputs = found->second.task.inputs;
  return std::any_of(inputs.begin(), inputs.end(),
                     [&](const task::Input& input) { return needs(state, input.task, wanted); });
}

/// The run that is named; of a source or another task, all runs that need it.
std::vector<report::RunView> runs_named(const report::Directory& directory, const std::vector<report::RunView>& views,
                                        const std::string& name) {
  const auto subject = find_subject(directory, views, name);
  if (subject.run) return {*subject.run};
  std::vector<report::RunView> found;
  for (const auto& view : views) {
    if (needs(directory.state, view.run->task, subject.task->task.id)) found.push_back(view);
  }
  fmt::print("task {} is needed by {} run{}\n", subject.task->task.id.brief(), found.size(),
             found.size() == 1 ? "" : "s");
  return found;
}

/// Each run once, however many names mean it; those that are done are said and left out.
std::vector<RunId> open_runs(const report::Directory& directory, const std::vector<report::RunView>& views,
                             const std::vector<std::string>& names) {
  std::set<RunId> known;
  std::vector<RunId> open;
  for (const auto& name : names) {
    for (const auto& view : runs_named(directory, views, name)) {
      if (!known.insert(view.run->id).second) continue;
      if (view.state == task::RunState::done) fmt::print("run {} is done already\n", view.run->id.brief());
      else open.push_back(view.run->id);
    }
  }
  return open;
}

void cancel(const std::string& path, const std::vector<std::string>& names) {
  std::vector<report::Directory> directories = {read_directory(path)};
  store::State& state = directories.front().state;
  const auto runs = open_runs(directories.front(), report::runs_of(directories), names);
  if (runs.empty()) return;
  state.cancelled.insert(runs.begin(), runs.end());
  const auto tasks = store::unneeded_tasks(state).size();
  std::vector<std::string> targets;
  for (const auto& run : runs) targets.push_back(run.hex.str());
  const auto request = store::leave_request(path, "cancel", last_segment(state), std::move(targets));
  fmt::print("{} run{} to be dropped, and {} task{} that nobody else needs (request {}). {}\n", runs.size(),
             runs.size() == 1 ? " is" : "s are", tasks, tasks == 1 ? "" : "s", request.id, who_obeys(path));
}

}  // namespace

void add_cancel(CLI::App& app, int&) {
  auto directory = std::make_shared<std::string>();
  auto runs = std::make_shared<std::vector<std::string>>();
  CLI::App* verb = app.add_subcommand("cancel", "drop runs, and work that nobody else needs; 'retry' takes it back");
  verb->add_option("DIR", *directory, "what 'run --out' was given")->required();
  verb->add_option("RUN", *runs,
                   "the beginning of its id, or of the id of a task that runs need, or EXPERIMENT:AXIS=VALUE,...")
      ->required();
  verb->callback([directory, runs] { cancel(*directory, *runs); });
}

}  // namespace espalier::cli
