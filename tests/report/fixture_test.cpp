#include <catch2/catch.hpp>
#include <cstdlib>

#include "report_fixture.hpp"
#include "support/journal_of.hpp"

using namespace espalier;

// Hidden: tests/support/looking.py calls it to have a directory to look at.
TEST_CASE("fixture: a journal is written where REPORT_FIXTURE_OUT says", "[.]") {
  const char* out = std::getenv("REPORT_FIXTURE_OUT");
  REQUIRE(out);

  testing::write_journal(testing::fixture_state().state(), out);

  CHECK(store::replay(out).runs.size() == testing::fixture_state().state().runs.size());
}
