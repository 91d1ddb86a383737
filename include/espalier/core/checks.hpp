#pragma once
// Contracts (EXPECT, ENSURE) inside the program: a failed one is our bug, never an error in the user's input.
#include <stdexcept>
#include <string>

namespace espalier {

class ContractViolation : public std::logic_error {
 public:
  ContractViolation(const char* kind, const char* condition, const char* file, int line);
};

[[noreturn]] inline void violate(const char* kind, const char* condition, const char* file, int line) {
  throw ContractViolation(kind, condition, file, line);
}

}  // namespace espalier

#define ESPALIER_EXPECT(condition) \
  ((condition) ? (void)0 : ::espalier::violate("precondition", #condition, __FILE__, __LINE__))
#define ESPALIER_ENSURE(condition) \
  ((condition) ? (void)0 : ::espalier::violate("postcondition", #condition, __FILE__, __LINE__))
