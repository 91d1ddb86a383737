// Calls squeue and sbatch, and reads what they print.
#include "espalier/site/slurm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "espalier/core/errors.hpp"
#include "espalier/process/capture.hpp"
#include "site/ask_slurm.hpp"

namespace espalier::site {

namespace {

constexpr const char* kFormat = "%i|%T|%M|%L|%r|%k";  // the comment last: it may hold anything
constexpr std::size_t kFields = 6;
constexpr int kSubmission_s = 60;  // one that is cut off may have queued its job

/// `code`: of timeout, which ends with that of the command but where it says something of its own.
std::string failure_text(const std::string& program, int code, int limit_s) {
  constexpr int kTimedOut = 124, kKilled = 128 + 9, kNotStarted = 126, kNotThere = 127;
  if (code == kTimedOut || code == kKilled) return fmt::format("{} has not answered within {} s", program, limit_s);
  if (code == kNotStarted || code == kNotThere) return fmt::format("{} cannot be started", program);
  return fmt::format("{} ended with code {}", program, code);
}

}  // namespace

std::string first_line(const std::string& text) {
  const auto line = text.substr(0, text.find('\n'));
  return line.empty() ? "it says nothing" : line;
}

std::string ask_slurm(const std::vector<std::string>& command, int limit_s) {
  std::vector<std::string> limited = {"timeout", "--kill-after=2", std::to_string(limit_s)};
  limited.insert(limited.end(), command.begin(), command.end());
  const auto answer = process::capture(limited);
  if (answer.exit_code == 0) return answer.out;
  throw EnvironmentError(failure_text(command.front(), answer.exit_code, limit_s), first_line(answer.err),
                         "Is this a node of the cluster, and does slurmctld run?");
}

std::vector<QueuedJob> parse_queue(std::string_view lines) {
  std::vector<QueuedJob> jobs;
  while (!lines.empty()) {
    std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    std::vector<std::string> fields;
    while (fields.size() + 1 < kFields) {
      const auto bar = line.find('|');
      if (bar == std::string_view::npos) break;
      fields.emplace_back(line.substr(0, bar));
      line.remove_prefix(bar + 1);
    }
    if (fields.size() + 1 < kFields || fields[0].empty()) continue;
    jobs.push_back({fields[0], fields[1], fields[4], std::string(line), fields[2], fields[3]});
  }
  return jobs;
}

std::string queue_text(const std::vector<QueuedJob>& jobs) {
  std::string text;
  for (const auto& job : jobs)
    text += fmt::format("{}|{}|{}|{}|{}|{}\n", job.id, job.state, job.used, job.left, job.reason, job.comment);
  return text;
}

std::vector<QueuedJob> queued_jobs() {
  return parse_queue(ask_slurm({"squeue", "--me", "--noheader", fmt::format("--format={}", kFormat)}));
}

std::vector<QueuedJob> jobs_with(const std::string& token, std::vector<QueuedJob> jobs) {
  std::erase_if(jobs, [&](const QueuedJob& job) { return job.comment != token; });
  return jobs;
}

std::string submit(const std::filesystem::path& script, const std::vector<std::string>& options) {
  std::vector<std::string> command = {"sbatch", "--parsable"};
  command.insert(command.end(), options.begin(), options.end());
  command.push_back(script.string());
  const auto answer = ask_slurm(command, kSubmission_s);
  const auto id = answer.substr(0, answer.find_first_of(";\n"));  // "77" or "77;cluster"
  const bool is_number =
      !id.empty() && std::all_of(id.begin(), id.end(), [](unsigned char c) { return std::isdigit(c); });
  if (!is_number) {
    throw EnvironmentError("sbatch gave no job id", first_line(answer), "Look with squeue whether the job is queued.");
  }
  return id;
}

void cancel(const std::vector<std::string>& jobs) {
  std::vector<std::string> command = {"scancel"};
  command.insert(command.end(), jobs.begin(), jobs.end());
  ask_slurm(command);
}

void signal_script(const std::string& job, const std::string& signal) {
  ask_slurm({"scancel", "--batch", "--signal=" + signal, job});
}

}  // namespace espalier::site
