// The limit on open files that a launch needs, and this process's own.
#include "runtime/launch/file_limit.hpp"

#include <sys/resource.h>

#include <catch2/catch.hpp>

#include "espalier/core/errors.hpp"

using namespace espalier;
using namespace espalier::runtime;

TEST_CASE("file limit: what suffices stays, a soft limit that is too low is raised as far as needed") {
  CHECK(needed_limit(2, {1024, 4096}, false) == 1024);
  CHECK(needed_limit(500, {1024, 4096}, false) == files_for(501));
  CHECK(files_for(501) > files_for(500));
}

TEST_CASE("file limit: a hard limit that is too low is refused, with the number that would do") {
  const auto needed = files_for(3);
  CHECK(needed_limit(2, {32, needed}, false) == needed);

  CHECK_THROWS_WITH(needed_limit(2, {32, needed - 1}, false),
                    Catch::Contains("a launch of 2 workers") &&
                        Catch::Contains("the limit is " + std::to_string(needed - 1)) &&
                        Catch::Contains("'ulimit -n " + std::to_string(needed) + "'"));
  CHECK_THROWS_AS(needed_limit(1, {8, 8}, true), EnvironmentError);
}

TEST_CASE("file limit: the ranks of other machines need no files of mpirun's") {
  CHECK(needed_limit(10000, {1024, 1024}, true) == 1024);
}

TEST_CASE("file limit: this process's soft limit is raised, not lowered") {
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  REQUIRE(before.rlim_max >= 64);
  rlimit low = before;
  low.rlim_cur = 48;
  REQUIRE(setrlimit(RLIMIT_NOFILE, &low) == 0);

  raise_file_limit(1);

  rlimit now{};
  getrlimit(RLIMIT_NOFILE, &now);
  CHECK(now.rlim_cur == static_cast<rlim_t>(files_for(2)));
  setrlimit(RLIMIT_NOFILE, &before);
  raise_file_limit(1);
  getrlimit(RLIMIT_NOFILE, &now);
  CHECK(now.rlim_cur == before.rlim_cur);
}
