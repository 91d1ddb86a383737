#pragma once
// Asks Slurm by its own commands, and submits.
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace espalier::site {

/// A job of this user that is queued or running.
struct QueuedJob {
  std::string id, state, reason, comment;  ///< as squeue writes them: "77", "PENDING", "Priority"
  std::string used, left;                  ///< running time and what is left of it, "1:05" and "58:55"
  bool operator==(const QueuedJob&) const = default;
};

/// The lines of `squeue` with the format of queued_jobs(). Lines of another form are passed over.
std::vector<QueuedJob> parse_queue(std::string_view lines);

/// Lines that parse_queue() reads as `jobs`.
std::string queue_text(const std::vector<QueuedJob>& jobs);

/// This user's jobs. Throws EnvironmentError where there is no squeue, or where slurmctld does not answer it.
std::vector<QueuedJob> queued_jobs();

/// Those with this token in their comment (token_of).
std::vector<QueuedJob> jobs_with(const std::string& token, std::vector<QueuedJob> jobs);

/// Submits a script and returns the job's id. Throws EnvironmentError with what sbatch says.
std::string submit(const std::filesystem::path& script, const std::vector<std::string>& options = {});

/// Takes jobs back. Throws EnvironmentError with what scancel says.
void cancel(const std::vector<std::string>& jobs);

/// Sends a signal, as "TERM", to a job's script alone. Throws EnvironmentError with what scancel says.
void signal_script(const std::string& job, const std::string& signal);

}  // namespace espalier::site
