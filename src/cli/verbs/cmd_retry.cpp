// espalier retry DIR RUN...: gives work back that failed, with what was aborted because of it.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <unordered_set>

#include "cli/find_run.hpp"
#include "cli/lock_probe.hpp"
#include "cli/result_dir.hpp"
#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/store/requested_work.hpp"
#include "espalier/store/requests.hpp"

namespace espalier::cli {
namespace {

struct Options {
  std::string directory;
  std::vector<std::string> runs;
  bool failed = false, quarantined = false;
};

template <class Id>
std::vector<Id> each_once(const std::vector<Id>& ids) {
  std::unordered_set<Id> known;
  std::vector<Id> kept;
  std::copy_if(ids.begin(), ids.end(), std::back_inserter(kept), [&](const Id& id) { return known.insert(id).second; });
  return kept;
}

/// What is to be tried again, by ids, each once.
struct Wanted {
  std::vector<TaskId> tasks;
  std::vector<RunId> runs;
};

void add_named(Wanted& wanted, const report::Directory& directory, const std::vector<report::RunView>& views,
               const std::string& name) {
  const auto subject = find_subject(directory, views, name);
  if (subject.run) wanted.runs.push_back(subject.run->run->id);
  if (subject.task) wanted.tasks.push_back(subject.task->task.id);
}

Wanted wanted_of(const std::vector<report::Directory>& directories, const Options& options) {
  const store::State& state = directories.front().state;
  const auto views = report::runs_of(directories);
  Wanted wanted;
  for (const auto& name : options.runs) add_named(wanted, directories.front(), views, name);
  for (const auto& [id, task] : state.tasks) {
    const bool is_asked = (options.failed && task.state == task::RunState::failed) ||
                          (options.quarantined && task.state == task::RunState::quarantined);
    if (is_asked) wanted.tasks.push_back(id);
  }
  return {each_once(wanted.tasks), each_once(wanted.runs)};
}

void retry(const Options& options) {
  if (options.runs.empty() && !options.failed && !options.quarantined) {
    throw UsageError("nothing to try again is named", "'retry' wants runs, --failed or --quarantined",
                     "Write: espalier retry DIR RUN..., or espalier retry DIR --failed");
  }
  const std::vector<report::Directory> directories = {read_directory(options.directory)};
  const store::State& state = directories.front().state;
  const auto wanted = wanted_of(directories, options);
  const auto work = store::given_back(state, wanted.tasks, wanted.runs);
  if (work.tasks.empty() && work.runs.empty()) {
    fmt::print("Nothing of that has failed, was cancelled or waits.\n");
    return;
  }
  std::vector<std::string> targets;
  for (const auto& id : wanted.tasks) targets.push_back(id.hex.str());
  for (const auto& id : wanted.runs) targets.push_back(id.hex.str());
  const auto request = store::leave_request(options.directory, "retry", last_segment(state), std::move(targets));
  if (work.tasks.empty()) {
    fmt::print("{} run{} counted again, with nothing left to do for {} (request {}). {}\n", work.runs.size(),
               work.runs.size() == 1 ? " is" : "s are", work.runs.size() == 1 ? "it" : "them", request.id,
               who_obeys(options.directory));
    return;
  }
  fmt::print("{} task{} to be tried again, what was aborted included (request {}). {}\n", work.tasks.size(),
             work.tasks.size() == 1 ? " is" : "s are", request.id, who_obeys(options.directory));
}

}  // namespace

void add_retry(CLI::App& app, int&) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("retry", "give failed work back, with what was aborted because of it");
  verb->add_option("DIR", options->directory, "what 'run --out' was given")->required();
  verb->add_option("RUN", options->runs, "the beginning of a run's or task's id, or EXPERIMENT:AXIS=VALUE,...");
  verb->add_flag("--failed", options->failed, "all that failed");
  verb->add_flag("--quarantined", options->quarantined, "all that was given up after losing its trainers");
  verb->callback([options] { retry(*options); });
}

}  // namespace espalier::cli
