#include "espalier/site/slurm_time.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>

using namespace espalier::site;

TEST_CASE("slurm time: the forms of sbatch's manual") {
  CHECK(seconds_of("90") == 5400);
  CHECK(seconds_of("1:30") == 90);
  CHECK(seconds_of("2:00:05") == 7205);
  CHECK(seconds_of("1-12") == 129600);
  CHECK(seconds_of("1-12:30") == 131400);
  CHECK(seconds_of("2-00:00:01") == 172801);
}

TEST_CASE("slurm time: other texts are none") {
  for (const char* text : {"", ":", "1:", ":1", "-1", "1-", "-", "1-2-3", "1:2:3:4", "1-2:3:4:5", "x", "1h", " 1", "1 ",
                           "1.5", "-5:00", "99999999999999999999", "999999999-0"}) {
    INFO(text);
    CHECK_FALSE(seconds_of(text));
  }
}

TEST_CASE("slurm time: what is written is read back") {
  CHECK(rc::check([] {
    const auto seconds = *rc::gen::inRange<std::int64_t>(0, 3650L * 86400);
    RC_ASSERT(seconds_of(slurm_time_of(seconds)) == seconds);
  }));
}
