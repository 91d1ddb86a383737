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

TEST_CASE("signals: each of the three that ask to stop is noted, and kills nobody") {
  for (const int signal : {SIGUSR2, SIGTERM, SIGINT}) {
    INFO(signal);
    const int status = status_of([signal] {
      catch_stop_signals();
      if (stop_wanted()) return 2;
      ::raise(signal);
      return stop_wanted() ? 0 : 1;
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
    return stop_wanted() || stop_time_is_up() ? 1 : 0;
  });
  REQUIRE(WIFEXITED(ignored));
  CHECK(WEXITSTATUS(ignored) == 0);
}

TEST_CASE("signals: that a stop's time is up is another one than the stop") {
  const int status = status_of([] {
    catch_stop_signals();
    ::raise(SIGUSR2);
    if (stop_time_is_up()) return 2;
    ::raise(SIGUSR1);
    return stop_time_is_up() ? 0 : 1;
  });
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}
