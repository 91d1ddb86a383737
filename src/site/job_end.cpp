// Asks slurmctld about a job that is being ended, and reads its answer.
#include "espalier/site/job_end.hpp"

#include <fmt/format.h>

#include "espalier/core/errors.hpp"
#include "espalier/core/whole_number.hpp"
#include "espalier/process/capture.hpp"
#include "espalier/site/slurm_time.hpp"
#include "site/ask_slurm.hpp"

namespace espalier::site {

namespace {

/// The value behind " NAME=", up to the next blank.
std::string value_of(std::string_view line, std::string_view name) {
  for (std::size_t at = 0; (at = line.find(name, at)) != std::string_view::npos; at += name.size()) {
    const bool is_whole = (at == 0 || line[at - 1] == ' ') && line.substr(at + name.size()).starts_with('=');
    if (!is_whole) continue;
    line.remove_prefix(at + name.size() + 1);
    return std::string(line.substr(0, line.find_first_of(" \n")));
  }
  return "";
}

}  // namespace

SlurmJob parse_job(std::string_view line) {
  SlurmJob facts;
  facts.state = value_of(line, "JobState");
  facts.restarts = whole_number<std::int64_t>(value_of(line, "Restarts")).value_or(0);
  const auto preempted = value_of(line, "PreemptTime");
  facts.preempted = !preempted.empty() && preempted != "None" && preempted != "Unknown";
  facts.run_s = seconds_of(value_of(line, "RunTime"));
  facts.limit_s = seconds_of(value_of(line, "TimeLimit"));
  return facts;
}

SlurmJob slurm_job(const std::string& job) {
  try {
    return parse_job(ask_slurm({"scontrol", "--oneliner", "show", "job", job}));
  } catch (const EnvironmentError&) {
    return {};  // the cause stays unknown, and that is said
  }
}

std::string why_over(const SlurmJob& facts, const std::string& job, std::int64_t restart) {
  if (facts.state.empty()) return "";  // slurmctld does not answer: nobody knows
  if (facts.restarts > restart) return fmt::format("job {} was put back", job);
  return facts.state == "RUNNING" ? "" : fmt::format("job {} is {}", job, facts.state);
}

std::string node_trouble(const std::string& job, std::int64_t nodes) {
  const auto count = std::to_string(nodes);
  const auto answer = process::capture({"timeout", "20", "env", "--unset=SLURM_NTASKS_PER_NODE", "srun", "--overlap",
                                        "--mpi=none", "--quiet", "--nodes=" + count, "--ntasks=" + count, "true"});
  if (answer.exit_code == 0) return "";
  const auto said = answer.err.substr(0, answer.err.find('\n'));
  return fmt::format("the nodes of job {} do not all answer ({})", job, said.empty() ? "within 20 s" : said);
}

bool comes_back(const SlurmJob& facts, const std::string& cause, bool is_warned) {
  if (is_warned) return cause != "cancelled";
  const bool runs = facts.state == "RUNNING";
  return runs ? cause == "preempted" : cause == "time limit";
}

std::string cause_of_end(const SlurmJob& facts, std::int64_t restart, std::int64_t warning_s) {
  constexpr std::int64_t kEarly_s = 90;  // Slurm looks at its limits once a minute or less
  if (facts.state.empty()) return "unknown";
  if (facts.restarts > restart) return "requeued";
  if (facts.preempted) return "preempted";
  const bool has_limit = facts.run_s && facts.limit_s;
  if (has_limit && *facts.limit_s - *facts.run_s <= 0) return "time limit";
  if (facts.state != "RUNNING") return "cancelled";
  return has_limit && *facts.limit_s - *facts.run_s <= warning_s + kEarly_s ? "time limit" : "signal";
}

}  // namespace espalier::site
