// What rank 0 writes to a pipe in place of mpirun's.
#include "espalier/runtime/heartbeats.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <thread>

#include "runtime/launch/launch_words.hpp"

using namespace espalier::runtime;

namespace {

/// What a child writes to its standard output, a pipe that holds `full` bytes already.
template <class Work>
std::string output_of(const Work& work, std::size_t full = 0) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  if (full > 0) fcntl(ends[1], F_SETPIPE_SZ, 4096);  // one page, which takes nothing more once it holds a byte
  REQUIRE(write(ends[1], std::string(full, 'x').data(), full) == static_cast<ssize_t>(full));
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDOUT_FILENO);
    work();
    _exit(0);
  }
  close(ends[1]);
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(status == 0);
  std::string output;
  char buffer[4096];
  for (ssize_t got; (got = read(ends[0], buffer, sizeof buffer)) > 0;)
    output.append(buffer, static_cast<std::size_t>(got));
  close(ends[0]);
  return output;
}

void live_for_a_while() {
  const Heartbeats heartbeats;
  say_begun();
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  say_ended(75);
}

}  // namespace

TEST_CASE("heartbeats: one a second while they live, and the words between them") {
  WordReader reader;

  CHECK(reader.take(output_of(live_for_a_while)).empty());

  CHECK(reader.words().heartbeats >= 2);
  CHECK(reader.words().begun);
  CHECK(reader.words().ended_with == 75);
}

TEST_CASE("heartbeats: the word that rank 0 has begun comes with one") {
  const auto output = output_of([] {
    const Heartbeats heartbeats;
    say_begun();
  });

  CHECK_THAT(output, Catch::Contains("\x06\n\x05"
                                     "begun\n"));
}

TEST_CASE("heartbeats: nobody waits for a reader that takes nothing") {
  CHECK(output_of(live_for_a_while, 4096) == std::string(4096, 'x'));
}

TEST_CASE("heartbeats: without them nothing is said") {
  CHECK(output_of([] {
          say_begun();
          say_ended(0);
        }).empty());
}
