// Asks the lock, the journal and Slurm whether a study goes on.
#include "cli/study_end.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/lock_probe.hpp"
#include "espalier/core/errors.hpp"

namespace espalier::cli {

bool goes_on(const std::string& path, const store::State& state, const JobLook& look) {
  if (launch_held(probe_lock(path), state) != HoldState::no || !look.trouble.empty()) return true;
  const bool has_ended = state.last_exit >= 0 && state.last_exit != static_cast<int>(ExitCode::stopped);
  const bool is_queued = std::any_of(look.jobs.begin(), look.jobs.end(),
                                     [](const site::QueuedJob& job) { return job.state == "PENDING"; });
  return is_queued || (!look.jobs.empty() && (!has_ended || awaits_launch(path)));
}

std::int32_t code_of_end(const std::string& path, const store::State& state) {
  const int stopped = static_cast<int>(ExitCode::stopped);
  if (state.last_exit >= 0 && state.last_exit != stopped) return state.last_exit;
  fmt::print(stderr, "espalier: nothing works on '{}', and it is not done\n", path);
  return stopped;
}

}  // namespace espalier::cli
