#pragma once
// Runs one of Slurm's commands that has to succeed.
#include <string>
#include <vector>

namespace espalier::site {

inline constexpr int kAnswer_s = 10;  ///< how long a question may take: slurmctld may be slow, or away

/// What the command prints. Throws EnvironmentError where it cannot be started, has not ended within `limit_s` seconds,
/// or fails, with what it complains of.
std::string ask_slurm(const std::vector<std::string>& command, int limit_s = kAnswer_s);

/// The first line of what a command of Slurm's complained of.
std::string first_line(const std::string& text);

}  // namespace espalier::site
