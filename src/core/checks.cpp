// Builds the message of a violated contract: condition, file and line.
#include "espalier/core/checks.hpp"

namespace espalier {

ContractViolation::ContractViolation(const char* kind, const char* condition, const char* file, int line)
    : std::logic_error(std::string(kind) + " violated: " + condition + " at " + file + ":" + std::to_string(line) +
                       ". This is a bug in espalier, please report it.") {}

}  // namespace espalier
