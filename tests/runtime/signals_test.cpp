#include "espalier/runtime/signals.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

using namespace espalier::runtime;

namespace {

/// The wait status of a child that does this: signals are a process's own.
template <class Work>
int status_of(Work work) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(work());
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return status;
}

}  // namespace

TEST_CASE("signals: each of the four that ask to stop is noted, and kills nobody") {
  for (const int signal : {SIGUSR1, SIGUSR2, SIGTERM, SIGINT}) {
    INFO(signal);
    const int status = status_of([signal] {
      catch_stop_signals();
      if (stop_signal() != 0) return 2;
      ::raise(signal);
      return stop_signal() == signal ? 0 : 1;
    });
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
  }
}

TEST_CASE("signals: an agent ignores what launchers forward and Slurm sends") {
  const int ignored = status_of([] {
    catch_stop_signals();
    ignore_stop_signals();
    for (const int signal : {SIGUSR1, SIGUSR2, SIGINT, SIGTERM}) ::raise(signal);
    return stop_signal() == 0 ? 0 : 1;
  });
  REQUIRE(WIFEXITED(ignored));
  CHECK(WEXITSTATUS(ignored) == 0);
}

TEST_CASE("signals: the first of several is kept") {
  const int status = status_of([] {
    catch_stop_signals();
    for (const int signal : {SIGUSR1, SIGTERM, SIGUSR2}) ::raise(signal);
    return stop_signal() == SIGUSR1 ? 0 : 1;
  });
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("signals: a warning ends a process that has nothing to save with the code that was asked for") {
  for (const int signal : {SIGUSR1, SIGUSR2}) {
    INFO(signal);
    const int status = status_of([signal] {
      exit_at_warning(85);
      ::raise(signal);
      return 1;
    });
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 85);
  }
  CHECK((is_warning(SIGUSR1) && is_warning(SIGUSR2) && !is_warning(SIGTERM) && !is_warning(0)));
}
