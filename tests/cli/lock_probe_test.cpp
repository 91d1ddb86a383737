// Whether somebody holds a directory, asked without taking it.
#include "cli/lock_probe.hpp"

#include <catch2/catch.hpp>
#include <fstream>

#include "espalier/store/journal.hpp"
#include "store/scratch.hpp"
#include "store/without_locks.hpp"

using namespace espalier;

TEST_CASE("lock probe: nobody, the holder by its words, and nobody again; asking takes nothing") {
  const store::Scratch out;
  CHECK(cli::probe_lock(out.path()).held == cli::HoldState::no);
  {
    const auto lock = store::DirectoryLock::acquire(out.path(), store::some_writer("job7"), 0);
    const auto probe = cli::probe_lock(out.path());
    CHECK(probe.held == cli::HoldState::yes);
    CHECK_THAT(probe.holder, Catch::Contains("host-a") && Catch::Contains("4711") && Catch::Contains("job7"));
    CHECK_THAT(cli::launch_state({}, probe), Catch::StartsWith("running: host=host-a"));
  }
  CHECK(cli::probe_lock(out.path()).held == cli::HoldState::no);
  CHECK_NOTHROW(store::DirectoryLock::acquire(out.path(), store::some_writer("job8"), 0));
}

TEST_CASE("lock probe: a file system without locks is said, and nobody is taken for running once a launch has ended") {
  const store::Scratch out;
  const store::WithoutLocks none;
  const auto lock = store::DirectoryLock::acquire(out.path(), store::some_writer("job7"), 0);
  store::State state;
  state.segments.emplace_back();

  const auto probe = cli::probe_lock(out.path());

  CHECK(probe.held == cli::HoldState::unknown);
  CHECK_THAT(cli::launch_state(state, probe), Catch::Contains("has no locks") && Catch::Contains("host-a"));
  CHECK_THAT(cli::who_obeys(out.path()), Catch::Contains("A launch that runs"));
  state.last_exit = 75;
  CHECK_THAT(cli::launch_state(state, probe), Catch::StartsWith("stopped with work left"));
}
