#include "espalier/process/capture.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "espalier/core/errors.hpp"

using espalier::process::capture;

TEST_CASE("capture: output, error text and exit code are told apart") {
  const auto result = capture({"sh", "-c", "echo out; echo err >&2; exit 3"});

  CHECK(result.out == "out\n");
  CHECK(result.err == "err\n");
  CHECK(result.exit_code == 3);
}

TEST_CASE("capture: large input comes back whole") {
  const std::string input(3 << 20, 'x');

  CHECK(capture({"cat"}, input).out == input);
}

TEST_CASE("capture: a child that reads nothing does not kill its parent") {
  CHECK(capture({"true"}, std::string(1 << 20, 'x')).exit_code == 0);
}

TEST_CASE("capture: a killed child tells its signal") {
  CHECK(capture({"sh", "-c", "kill -9 $$"}).exit_code == 128 + 9);
}

TEST_CASE("capture: a program that is not there is named") {
  CHECK_THROWS_WITH(capture({"no-such-program-here"}), Catch::Contains("no-such-program-here"));
}

TEST_CASE("capture: descriptors of ours do not reach the child") {
  const int leaky = open("/dev/null", O_RDONLY);
  REQUIRE(leaky > 2);

  const auto result = capture({"ls", "/proc/self/fd/" + std::to_string(leaky)});

  close(leaky);
  CHECK(result.exit_code != 0);
}

TEST_CASE("capture: arguments are never read by a shell") {
  CHECK(capture({"printf", "%s", "a b; $(c) *"}).out == "a b; $(c) *");
}
