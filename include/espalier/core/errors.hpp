#pragma once
// The exceptions for errors a user can act on. Every message reads "problem (why). suggestion".
#include <stdexcept>
#include <string>

#include "espalier/core/problem.hpp"

namespace espalier {

/// Base of all errors this program throws on purpose.
class Error : public std::runtime_error {
 public:
  explicit Error(Problem problem);
  Error(std::string problem, std::string why, std::string suggestion);
  /// For messages without parts: what() is the message, and problem() holds all of it but its full stop.
  explicit Error(const std::string& message);

  const Problem& problem() const { return problem_; }

 private:
  Problem problem_;
};

/// The user's input is wrong: exit code 2.
class UsageError : public Error {
 public:
  using Error::Error;
};

/// This machine cannot do it (a missing program, a full disk, no permission): exit code 77.
class EnvironmentError : public Error {
 public:
  using Error::Error;
};

/// Bytes that we wrote are damaged, or others are in their place (bad magic, checksum or size).
class CorruptionError : public Error {
 public:
  using Error::Error;
};

/// This launch cannot go on, but another may: exit code 70, and the supervisor starts again.
class RelaunchError : public Error {
 public:
  using Error::Error;
};

/// The exit codes of both programs; 128+n means killed by signal n.
enum class ExitCode : int { done = 0, some_failed = 1, usage = 2, internal = 70, stopped = 75, environment = 77 };

}  // namespace espalier
