#pragma once
// What is wrong, why, and what to do about it: the three parts of every message to the user.
#include <string>

namespace espalier {

/// `why` and `suggestion` may be empty. `problem` and `why` have no full stop at their ends.
struct Problem {
  std::string problem, why, suggestion;
};

/// "problem (why). suggestion"
std::string to_string(const Problem& problem);

/// The same problem with `reason` added to its `why`, behind a semicolon.
Problem with_reason(Problem problem, const std::string& reason);

}  // namespace espalier
