// Joins problem, reason and suggestion into one error message.
#include "espalier/core/errors.hpp"

namespace espalier {

Error::Error(const std::string& problem, const std::string& why, const std::string& suggestion)
    : std::runtime_error(problem + (why.empty() ? "" : " (" + why + ")") + "." +
                         (suggestion.empty() ? "" : " " + suggestion)) {}

}  // namespace espalier
