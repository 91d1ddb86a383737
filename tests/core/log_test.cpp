// Log lines as they stand on standard error: in a child, since the logger is the process's.
#include "espalier/core/log.hpp"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

using namespace espalier;

namespace {

/// What a process that logs a warning writes to standard error, with this ESPALIER_LOG.
std::string said(const char* level) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDERR_FILENO);
    if (level) ::setenv("ESPALIER_LOG", level, 1);
    else ::unsetenv("ESPALIER_LOG");
    log::start("trainer 2");
    log::warn("{} of the pack are gone");
    ::_exit(0);
  }
  ::close(ends[1]);
  std::string text;
  char buffer[256];
  for (ssize_t count; (count = ::read(ends[0], buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(count));
  }
  ::close(ends[0]);
  REQUIRE(::waitpid(child, nullptr, 0) == child);
  return text;
}

}  // namespace

TEST_CASE("log: a warning names the process, and its text is no format") {
  CHECK_THAT(said(nullptr), Catch::EndsWith(" [trainer 2] warning: {} of the pack are gone\n"));
}

TEST_CASE("log: ESPALIER_LOG says from which level on") {
  CHECK(said("error").empty());
  CHECK_FALSE(said("debug").empty());
}
