#pragma once
// The Slurm jobs that work on a result directory or are going to.
#include <filesystem>
#include <string>
#include <vector>

#include "espalier/site/slurm.hpp"
#include "espalier/store/state.hpp"

namespace espalier::cli {

struct JobLook {
  std::vector<site::QueuedJob> jobs;
  std::string trouble;  ///< why Slurm could not be asked; empty where it could, or need not
};

/// Asks Slurm only about directories that were submitted, and at most once a minute and launch: until then the last
/// answer, or why there was none, which is kept in OUT/logs/squeue.
JobLook look_at_jobs(const std::filesystem::path& out, const store::State& state);

/// Whether OUT was ever given to Slurm.
bool was_submitted(const std::filesystem::path& out, const store::State& state);

/// Forgets the kept answer: call after a submission.
void forget_jobs(const std::filesystem::path& out);

/// Whether a submission waits for its first launch: rank 0 has not taken its request up.
bool awaits_launch(const std::filesystem::path& out);

/// The state of OUT; of a directory that was submitted and has no journal yet, an empty one. Throws as read_brief().
store::State read_submitted(const std::string& out);

}  // namespace espalier::cli
