// Whether somebody holds a directory, asked without taking it.
#include "cli/lock_probe.hpp"

#include <catch2/catch.hpp>
#include <fstream>

#include "espalier/store/journal.hpp"
#include "store/scratch.hpp"

using namespace espalier;

TEST_CASE("lock probe: nobody, the holder by its words, and nobody again; asking takes nothing") {
  const store::Scratch out;
  CHECK(cli::lock_holder(out.path()).empty());
  {
    const auto lock = store::DirectoryLock::acquire(out.path(), store::some_writer("job7"), 0);
    CHECK_THAT(cli::lock_holder(out.path()), Catch::Contains("host-a") && Catch::Contains("4711"));
    CHECK_THAT(cli::lock_holder(out.path()), Catch::Contains("job7"));
  }
  CHECK(cli::lock_holder(out.path()).empty());
  CHECK_NOTHROW(store::DirectoryLock::acquire(out.path(), store::some_writer("job8"), 0));
}
