#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>

#include "many_runs_fixture.hpp"
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

// Hidden: tests/report/page_script_test.py opens it in a browser.
TEST_CASE("fixture: a page of a thousand runs is written where REPORT_PAGE_OUT says", "[.]") {
  const char* out = std::getenv("REPORT_PAGE_OUT");
  REQUIRE(out);
  const report::Directory directory{"out", testing::many_runs_state().state()};

  std::ofstream(out, std::ios::binary) << testing::many_runs_report(directory).html;

  CHECK(directory.state.runs.size() == testing::kManyRuns);
}
