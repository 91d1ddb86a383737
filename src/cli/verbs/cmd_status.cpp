// espalier status DIR: prints how far a study is, also while it runs.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/job_starts.hpp"
#include "cli/json_text.hpp"
#include "cli/lock_probe.hpp"
#include "cli/result_dir.hpp"
#include "cli/shard_progress.hpp"
#include "cli/submitted_jobs.hpp"
#include "cli/watch_frame.hpp"
#include "espalier/cli/commands.hpp"
#include "espalier/report/at_chance.hpp"
#include "espalier/report/progress.hpp"
#include "espalier/store/journal.hpp"
#include "espalier/store/requests.hpp"

namespace espalier::cli {
namespace {

using Json = nlohmann::ordered_json;
constexpr task::RunState kShown[] = {task::RunState::done,      task::RunState::running, task::RunState::ready,
                                     task::RunState::waiting,   task::RunState::failed,  task::RunState::quarantined,
                                     task::RunState::cancelled, task::RunState::aborted};

/// What `status` knows of jobs: what Slurm says, and which of them works in which store.
struct JobsView {
  JobLook look;
  std::vector<ShardProgress> shards;
  std::filesystem::path out;
};

/// How often a running job was put back, as its newest launch knows it. Of a job that waits nobody here knows it.
std::optional<std::uint32_t> restarts_shown(const site::QueuedJob& job, const store::State& state,
                                            const JobsView& view) {
  if (job.state != "RUNNING") return std::nullopt;
  for (const auto& shard : view.shards) {
    if (shard.job == job.id) return shard.restart;
  }
  return state.segments.empty() ? std::nullopt : restarts_of(job.id, state.segments.back(), state, view.out);
}

Json restarts_json(std::optional<std::uint32_t> restarts) { return restarts ? Json(*restarts) : Json(nullptr); }

Json to_json(const report::StateCounts& counts) {
  Json object = {{"total", counts.total}};
  for (const task::RunState state : kShown) object[task::name_of(state)] = counts[state];
  object["later"] = counts.later;
  return object;
}

Json to_json(const report::EndedEarly& early) {
  return {{"with_rule", early.with_rule},
          {"ended_early", early.trainings},
          {"epochs", early.epochs},
          {"epochs_at_most", early.epochs_at_most}};
}

/// Null where it cannot be told.
Json running_json(HoldState held) { return held == HoldState::unknown ? Json(nullptr) : Json(held == HoldState::yes); }

Json to_json(const store::State& state, const report::StudyProgress& progress, const LockProbe& probe,
             const std::vector<store::Request>& pending, const JobsView& view) {
  Json out = {{"launch", launch_state(state, probe)}, {"running", running_json(launch_held(probe, state))}};
  out["last_exit"] = state.last_exit < 0 ? Json(nullptr) : Json(state.last_exit);
  out["launches"] = state.segments.size();
  out["workers"] = state.study.workers;
  out["threads"] = state.study.threads;
  out["experiments"] = Json::object();
  for (const auto& experiment : progress.experiments) out["experiments"][experiment.name] = to_json(experiment.runs);
  out["runs"] = to_json(progress.runs);
  out["tasks"] = to_json(progress.tasks);
  out["early_stopping"] = to_json(progress.ended_early);
  out["images_per_s"] = progress.images_per_s;
  out["images_left"] = progress.images_left;
  out["seconds_left"] = progress.seconds_left ? Json(*progress.seconds_left) : Json(nullptr);
  out["in_hand"] = Json::array();
  for (const auto& task : progress.running) {
    out["in_hand"].push_back({{"worker", task.worker.rank},
                              {"task", task.task.hex.str()},
                              {"started", task.started},
                              {"epoch", task.epoch}});
  }
  out["warnings"] = state.warnings;
  out["dropped"] = Json::array();
  for (const auto& dropped : state.dropped) out["dropped"].push_back(store::describe(dropped));
  out["requests"] = Json::array();
  for (const auto& request : pending) {
    out["requests"].push_back({{"id", request.id},
                               {"verb", request.verb},
                               {"from", request.from},
                               {"time", request.time},
                               {"targets", request.targets}});
  }
  out["jobs"] = Json::array();
  for (const auto& job : view.look.jobs) {
    out["jobs"].push_back({{"id", job.id},
                           {"state", job.state},
                           {"reason", job.reason},
                           {"used", job.used},
                           {"left", job.left},
                           {"restarts", restarts_json(restarts_shown(job, state, view))}});
  }
  out["ended"] = ends_text(state, view.out);
  for (const auto& one : view.shards) {
    out["shards"].push_back({{"shard", one.shard},
                             {"tasks", one.tasks},
                             {"done", one.done},
                             {"unsuccessful", one.unsuccessful},
                             {"launch", one.launch},
                             {"ended", one.ends}});
  }
  out["damaged"] = Json::array();
  for (const auto& file : state.damaged) {
    out["damaged"].push_back({{"artifact", file.artifact}, {"why", file.why}, {"kept_as", file.kept_as}});
  }
  return out;
}

/// A table with columns only for states that occur: most studies have runs in three of the eight.
Table counts_table(const report::StudyProgress& progress) {
  std::vector<std::string> header = {"experiment", "runs"};
  std::vector<task::RunState> shown;
  for (const task::RunState state : kShown) {
    if (state != task::RunState::done && progress.runs[state] == 0) continue;
    shown.push_back(state);
    header.push_back(task::name_of(state));
  }
  if (progress.runs.later > 0) header.push_back("of them later");
  Table table(header);
  const auto add = [&](const std::string& name, const report::StateCounts& counts) {
    std::vector<std::string> row = {name, std::to_string(counts.total)};
    for (const task::RunState state : shown) row.push_back(std::to_string(counts[state]));
    if (progress.runs.later > 0) row.push_back(std::to_string(counts.later));
    table.row(std::move(row));
  };
  for (const auto& experiment : progress.experiments) add(experiment.name, experiment.runs);
  if (progress.experiments.size() > 1) add("all", progress.runs);
  return table;
}

void print_pace(const store::State& state, const report::StudyProgress& progress, bool runs_now) {
  const auto& tasks = progress.tasks;
  fmt::print("\ntasks     {} of {} done", tasks[task::RunState::done], tasks.total);
  if (tasks[task::RunState::running]) fmt::print(", {} running", tasks[task::RunState::running]);
  if (const auto& early = progress.ended_early; early.with_rule > 0) {
    fmt::print("\nstopped   {} of {} trainings with a rule before their length: {:.0f} of {:.0f} epochs were trained",
               early.trainings, early.with_rule, early.epochs, early.epochs_at_most);
  }
  fmt::print("\nworkers   {} with {} thread{} each\n", state.study.workers, state.study.threads,
             state.study.threads == 1 ? "" : "s");
  if (progress.images_per_s > 0) fmt::print("rate      {:.0f} epoch-images/s\n", progress.images_per_s);
  if (progress.images_left > 0 && progress.seconds_left) {
    fmt::print("left      about {} of work{}\n", report::duration_text(*progress.seconds_left),
               progress.runs.later ? ", without the later runs" : "");
  }
  if (!runs_now) return;
  for (const auto& task : progress.running) {
    fmt::print("worker {:<3} task {}{}\n", task.worker.rank, task.task.brief(),
               task.epoch ? fmt::format(", epoch {}", task.epoch) : "");
  }
}

/// Tasks that the machines had too little memory for, in words.
std::string lacking_memory(const store::State& state) {
  std::vector<std::string> tasks;
  for (const auto& [id, task] : state.tasks) {
    if (store::lacks_memory(task) && !task::is_final(task.state)) tasks.push_back(id.brief());
  }
  if (tasks.empty()) return "";
  std::sort(tasks.begin(), tasks.end());
  constexpr std::size_t kNamed = 3;
  const auto count = tasks.size();
  if (count > kNamed) {
    tasks.resize(kNamed);
    tasks.emplace_back("...");
  }
  return fmt::format("memory    did not suffice for {} {} ({}): each launch tries {} once\n", count,
                     count == 1 ? "task" : "tasks", fmt::join(tasks, ", "), count == 1 ? "it" : "them");
}

void print_jobs(const JobsView& view, const store::State& state) {
  for (const auto& job : view.look.jobs) {
    const bool runs = job.state == "RUNNING";
    const auto restarts = restarts_shown(job, state, view).value_or(0);
    fmt::print(
        "job {:<6}{}{}{}\n", job.id, job.state,
        runs ? fmt::format(" for {}, {} left", job.used, job.left) : fmt::format(" ({})", job.reason),
        restarts > 0 ? fmt::format(", put back {}", restarts == 1 ? "once" : fmt::format("{} times", restarts)) : "");
  }
  const auto ends = ends_text(state, view.out);
  if (!ends.empty()) fmt::print("ended     {}\n", ends);
  if (!view.look.trouble.empty()) fmt::print("job       Slurm could not be asked: {}\n", view.look.trouble);
  for (const auto& one : view.shards) fmt::print("{}", shard_line(one));
}

void print_words(const report::Directory& directory, const report::StudyProgress& progress, const LockProbe& probe,
                 const std::vector<store::Request>& pending, const JobsView& view) {
  const auto& state = directory.state;
  fmt::print("{}\n\n{}", launch_state(state, probe), counts_table(progress).text());
  print_pace(state, progress, launch_held(probe, state) != HoldState::no);
  fmt::print("{}", lacking_memory(state));
  print_jobs(view, state);
  for (const auto& request : pending) {
    if (request.verb == "job-end") continue;  // is among the ends above
    const auto of =
        request.targets.empty() || request.verb == "stop" ? "" : fmt::format(" of {}", request.targets.size());
    fmt::print("request   {}{} ({}), not taken up yet\n", request.verb, of, request.from);
  }
  const auto guessing = report::at_chance_text(report::runs_of(directory));
  if (!guessing.empty()) fmt::print("\nwarning: {}", guessing);
  for (const auto& warning : state.warnings) fmt::print("\nwarning: {}", warning);
  for (const auto& dropped : state.dropped) fmt::print("\njournal: {}", store::describe(dropped));
  if (!guessing.empty() || !state.warnings.empty() || !state.dropped.empty()) fmt::print("\n");
}

void status(const std::string& path, bool json) {
  // Never freed: at 100,000 runs freeing takes longer than counting, and the process ends here.
  static const auto* const kept = new report::Directory{path, read_submitted(path)};
  const auto& state = kept->state;
  const auto progress = report::progress(state);
  const LockProbe probe = probe_lock(path);
  const auto pending = store::pending_requests(path);
  const JobsView view{look_at_jobs(path, state), shard_progress(path, state), path};
  if (json) fmt::print("{}\n", json_text(to_json(state, progress, probe, pending, view), 2));
  else print_words(*kept, progress, probe, pending, view);
}

}  // namespace

void add_status(CLI::App& app, int& exit_code) {
  auto path = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  auto* verb = app.add_subcommand("status", "how far a study is, also while it runs");
  verb->add_option("DIR", *path, "what 'run --out' was given")->required();
  verb->add_flag("--json", *json, "one JSON object");
  auto follow = std::make_shared<bool>(false);
  auto* json_flag = verb->get_option("--json");
  verb->add_flag("--follow", *follow, "until the study ends: the same as 'watch'")->excludes(json_flag);
  verb->callback([path, json, follow, &exit_code] {
    if (*follow) exit_code = watch(*path);
    else status(*path, *json);
  });
}

}  // namespace espalier::cli
