// An idle loop's waits: they end by themselves, and at once where there is something to read.
#include "runtime/launch/backoff.hpp"

#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "espalier/os/descriptor.hpp"

using namespace espalier;
using namespace espalier::runtime;

TEST_CASE("backoff: many waits in a row end, and the clock goes on meanwhile") {
  Backoff backoff;
  const double before = now_s();
  for (int i = 0; i < 40; ++i) backoff.wait();
  CHECK(now_s() > before);
  backoff.busy();
  backoff.wait();
}

TEST_CASE("backoff: waits add up to more sleep the longer a loop is idle") {
  const auto wait = [](Backoff& backoff, int rounds) {
    const double before = now_s();
    for (int i = 0; i < rounds; ++i) backoff.wait();
    return now_s() - before;
  };
  double yields = 1e9, growing = 1e9, longest = 1e9;
  for (int round = 0; round < 9; ++round) {  // the least of each: other processes make waits longer, never shorter
    Backoff backoff;
    yields = std::min(yields, wait(backoff, 4));
    growing = std::min(growing, wait(backoff, 20));
    longest = std::min(longest, wait(backoff, 20));
  }
  CHECK(yields < growing);
  CHECK(growing < longest);
}

TEST_CASE("backoff: what can be read ends a wait") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const os::Descriptor read(ends[0]), write(ends[1]);
  REQUIRE(::write(write.get(), "x", 1) == 1);
  const auto shortest = [&](int descriptor) {
    double least = 1;
    Backoff backoff;
    for (int i = 0; i < 60; ++i) {
      const double before = now_s();
      backoff.wait(descriptor);
      if (i >= 24) least = std::min(least, now_s() - before);
    }
    return least;
  };
  CHECK(shortest(read.get()) < shortest(-1));
}

TEST_CASE("clock: of a pause only its longest step counts, and it never goes back") {
  runtime::WatchedClock clock(2);
  CHECK(clock.advance(100) == 0);
  CHECK(clock.advance(101.5) == 1.5);
  CHECK(clock.advance(5000) == 3.5);  // suspended
  CHECK(clock.advance(4000) == 3.5);
  CHECK(clock.advance(4001) == 4.5);
}
