// espalier logs DIR RUN: prints the last log lines of a run's attempts and where the whole logs are.
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <set>

#include "cli/find_run.hpp"
#include "cli/result_dir.hpp"
#include "espalier/cli/commands.hpp"

namespace espalier::cli {
namespace {

void print_attempt(const store::Attempt& attempt) {
  fmt::print("attempt {}.{} on worker {}, started {}: {}\n", attempt.fence.segment, attempt.fence.attempt,
             attempt.worker.rank, time_text(attempt.started), attempt.outcome.empty() ? "in hand" : attempt.outcome);
  if (attempt.log_tail.empty()) return;
  fmt::print("{}{}", attempt.log_tail, attempt.log_tail.back() == '\n' ? "" : "\n");
}

void print_places(const std::string& path, const store::TaskState& task) {
  std::set<std::int32_t> workers;
  for (const auto& attempt : task.attempts) workers.insert(attempt.worker.rank);
  for (const auto worker : workers) {
    const auto file = std::filesystem::path(path) / "logs" / fmt::format("worker-{}.log", worker);
    fmt::print("log of worker {}: {}{}\n", worker, file.string(), std::filesystem::exists(file) ? "" : " (not there)");
  }
}

void logs(const std::string& path, const std::string& wanted) {
  const std::vector<report::Directory> directories = {read_directory(path)};
  const auto subject = find_subject(directories.front(), report::runs_of(directories), wanted);
  if (!subject.task || subject.task->attempts.empty()) {
    fmt::print("{} has not been attempted; 'espalier explain' says why\n",
               subject.run ? "run " + subject.run->run->id.brief() : "task " + subject.task->task.id.brief());
    return;
  }
  for (const auto& attempt : subject.task->attempts) print_attempt(attempt);
  print_places(path, *subject.task);
}

}  // namespace

void add_logs(CLI::App& app, int&) {
  auto path = std::make_shared<std::string>();
  auto run = std::make_shared<std::string>();
  auto* verb = app.add_subcommand("logs", "what the attempts at a run or a source said");
  verb->add_option("DIR", *path, "what 'run --out' was given")->required();
  verb->add_option("RUN", *run, "the beginning of the id of a run or of its task, or EXPERIMENT:AXIS=VALUE,...")
      ->required();
  verb->callback([path, run] { logs(*path, *run); });
}

}  // namespace espalier::cli
