#pragma once
// Runs a program to its end and returns what it printed.
#include <string>
#include <vector>

namespace espalier::process {

struct Captured {
  int exit_code = 0;  ///< 128 + n when killed by signal n
  std::string out, err;
};

/// Runs argv[0] (a path, or found on PATH) with `input` on standard input and waits for its end.
/// Throws EnvironmentError if it cannot be started.
Captured capture(const std::vector<std::string>& argv, const std::string& input = "");

}  // namespace espalier::process
