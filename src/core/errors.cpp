// Makes errors from problems, and keeps the parts for those who report them elsewhere.
#include "espalier/core/errors.hpp"

#include <utility>

namespace espalier {
namespace {

/// The message as a problem without parts; to_string() adds the full stop again.
Problem whole(std::string message) {
  while (message.ends_with('.')) message.pop_back();
  return {std::move(message), "", ""};
}

}  // namespace

Error::Error(Problem problem) : std::runtime_error(to_string(problem)), problem_(std::move(problem)) {}

Error::Error(std::string problem, std::string why, std::string suggestion)
    : Error(Problem{std::move(problem), std::move(why), std::move(suggestion)}) {}

Error::Error(const std::string& message) : std::runtime_error(message), problem_(whole(message)) {}

}  // namespace espalier
