// Programs by argument vector: what the child gets, and how its end is told.
#include "espalier/process/launch.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "espalier/core/errors.hpp"
#include "espalier/os/descriptor.hpp"

using namespace espalier;
using namespace espalier::process;

namespace {

Exit ran(const ProcessOptions& options) {
  const pid_t child = launch(options);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return exit_of(status);
}

Exit shell(const std::string& script) { return ran({.argv = {"sh", "-c", script}}); }

}  // namespace

TEST_CASE("launch: an exit code is told as it is, a signal as 128 and its number") {
  CHECK(shell("exit 0").code == 0);
  CHECK(shell("exit 5").code == 5);
  const auto killed = shell("kill -9 $$");
  CHECK(killed.code == 128 + 9);
  CHECK(killed.signal == 9);
}

TEST_CASE("launch: arguments are passed as they are, without a shell, and the environment is added to ours") {
  CHECK(ran({.argv = {"sh", "-c", "test \"$1\" = '$HOME; *'", "sh", "$HOME; *"}}).code == 0);
  CHECK(ran({.argv = {"sh", "-c", "test \"$ESPALIER_WORD\" = 'two words' && test -n \"$PATH\""},
             .environment = {"ESPALIER_WORD=two words"}})
            .code == 0);
}

TEST_CASE("launch: the child has the descriptors that are named, and no other") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const os::Descriptor read(ends[0]), write(ends[1]);
  CHECK(ran({.argv = {"sh", "-c", "echo word >&5"}, .descriptors = {{write.get(), 5}}}).code == 0);
  char word[5] = {};
  CHECK(::read(read.get(), word, 4) == 4);
  CHECK(word == std::string("word"));
  CHECK(ran({.argv = {"sh", "-c", "echo word 2>/dev/null >&" + std::to_string(write.get())}}).code != 0);
}

TEST_CASE("launch: handlers are the defaults again, and a session is the child's own where it is asked for") {
  const auto before = ::signal(SIGUSR1, SIG_IGN);
  CHECK(shell("kill -USR1 $$; exit 3").signal == SIGUSR1);
  ::signal(SIGUSR1, before);
  CHECK(ran({.argv = {"sh", "-c", "test $(cut -d' ' -f6 /proc/$$/stat) = $$"}, .own_session = true}).code == 0);
}

TEST_CASE("launch: a program that cannot be executed is named") {
  CHECK_THROWS_AS(launch({.argv = {"/nowhere/program"}}), EnvironmentError);
  CHECK_THROWS_WITH(launch({.argv = {"/nowhere/program"}}), Catch::Contains("/nowhere/program"));
}

TEST_CASE("launch: what a process does is read from the kernel") {
  const pid_t child = launch({.argv = {"sleep", "1000"}});
  const auto becomes = [&](char state) {
    while (state_of(child) != state) ::usleep(1000);
    return state_of(child);
  };

  CHECK(becomes('S') == 'S');
  CHECK_FALSE(is_stopped(child));
  ::kill(child, SIGSTOP);
  CHECK(becomes('T') == 'T');
  CHECK(is_stopped(child));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  CHECK(state_of(child) == 0);
}
