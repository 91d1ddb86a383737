#include "espalier/task/outcome.hpp"

#include <catch2/catch.hpp>
#include <set>

using namespace espalier::task;

TEST_CASE("outcome: each state has a name of its own, and five of them are never left") {
  std::set<std::string> names;
  int final = 0;
  for (int i = 0; i <= static_cast<int>(RunState::aborted); ++i) {
    names.insert(name_of(static_cast<RunState>(i)));
    final += is_final(static_cast<RunState>(i));
  }
  CHECK(names.size() == 8);
  CHECK(final == 5);
  CHECK_FALSE(is_final(RunState::running));
}

TEST_CASE("outcome: a failure is told by its signal, its exit code or the trainer's last words") {
  CHECK(describe(FailureCause::crashed, 11, 0, "") == "trainer crashed with signal 11");
  CHECK(describe(FailureCause::killed, 9, 0, "") == "trainer killed by signal 9");
  CHECK(describe(FailureCause::exited, 0, 4, "") == "trainer left with exit code 4");
  CHECK(describe(FailureCause::environment, 0, 77, "first\nno room left\n\n") ==
        "the machine could not do it: no room left");
  CHECK(describe(FailureCause::environment, 0, 77, "one line") == "the machine could not do it: one line");
  CHECK(describe(FailureCause::environment, 0, 77, "\n") == "the machine could not do it: it said nothing");
}
