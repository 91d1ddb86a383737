#pragma once
// Runs one of Slurm's commands that has to succeed.
#include <string>
#include <vector>

namespace espalier::site {

/// What the command prints. Throws EnvironmentError where it cannot be started or fails, with what it complains of.
std::string ask_slurm(const std::vector<std::string>& command);

/// The first line of what a command of Slurm's complained of.
std::string first_line(const std::string& text);

}  // namespace espalier::site
