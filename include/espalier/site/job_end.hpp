#pragma once
// Why Slurm ends a start of a job: what `scontrol show job` says at that time, as one of a few causes.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace espalier::site {

/// What slurmctld knows of a job.
struct SlurmJob {
  std::string state;                           ///< "RUNNING", "COMPLETING", ...
  std::int64_t restarts = 0;                   ///< how often it was put back
  bool preempted = false;                      ///< a time is set at which it makes way
  std::optional<std::int64_t> run_s, limit_s;  ///< none where there is no limit
};

/// Reads the line of `scontrol --oneliner show job ID`; a state of "" where it is none.
SlurmJob parse_job(std::string_view line);

/// What slurmctld says of a job now; a state of "" where it does not answer.
SlurmJob slurm_job(const std::string& job);

/// "cancelled", "requeued", "preempted", "time limit", "signal" (somebody's, the job goes on), or "unknown". `restart`:
/// which start of the job was told to end; `warning_s`: how long before its limit Slurm warns it.
std::string cause_of_end(const SlurmJob& facts, std::int64_t restart, std::int64_t warning_s);

/// Whether a job is to come back that has saved and ended for this cause. `is_warned`: by Slurm's early signal; without
/// one, it comes back where Slurm makes room for another job or its time is over, not where it was cancelled.
bool comes_back(const SlurmJob& facts, const std::string& cause, bool is_warned);

/// Why this start of a job is over for Slurm, or "".
std::string why_over(const SlurmJob& facts, const std::string& job, std::int64_t restart);

/// Why the nodes of a job cannot all be used now, or "": each is asked by a step of srun's.
std::string node_trouble(const std::string& job, std::int64_t nodes);

/// Of a start that left no word: its node was lost, or it was killed outright.
inline constexpr const char* kLost = "node lost";

}  // namespace espalier::site
