// Words a problem: "problem (why). suggestion".
#include "espalier/core/problem.hpp"

namespace espalier {

std::string to_string(const Problem& problem) {
  const auto& [what, why, suggestion] = problem;
  return what + (why.empty() ? "" : " (" + why + ")") + "." + (suggestion.empty() ? "" : " " + suggestion);
}

Problem with_reason(Problem problem, const std::string& reason) {
  problem.why += (problem.why.empty() ? "" : "; ") + reason;
  return problem;
}

}  // namespace espalier
