#include "espalier/process/launch.hpp"

#include <signal.h>
#include <sys/wait.h>

#include <catch2/catch.hpp>

using namespace espalier::process;

TEST_CASE("launch: a stopped process is told from one that runs, and from one that is gone") {
  ProcessOptions options;
  options.argv = {"/bin/sleep", "60"};
  const pid_t child = launch(options);
  CHECK_FALSE(is_stopped(child));

  kill(child, SIGSTOP);
  REQUIRE(waitpid(child, nullptr, WUNTRACED) == child);
  CHECK(is_stopped(child));

  kill(child, SIGKILL);
  REQUIRE(waitpid(child, nullptr, 0) == child);
  CHECK_FALSE(is_stopped(child));
}
