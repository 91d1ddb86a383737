#include "cli/find_run.hpp"

#include <catch2/catch.hpp>

#include "espalier/core/errors.hpp"
#include "support/state_builder.hpp"

using namespace espalier;
using namespace espalier::cli;

namespace {

/// Two runs of "some" and one of "other", in one directory.
struct Runs {
  report::Directory directory;
  std::vector<report::RunView> views;
  Runs() {
    testing::StateBuilder builder;
    builder.waiting("some", {{"frozen", "1"}, {"split", "1"}});
    builder.waiting("some", {{"frozen", "2"}, {"split", "1"}});
    builder.waiting("other", {{"frozen", "1"}, {"split", "2"}});
    directory = {"out", builder.state()};
    views = report::runs_of(directory);
  }
};

}  // namespace

TEST_CASE("find run: by the beginning of an id, or by an experiment and the axes that only one run fits") {
  const Runs runs;
  const auto& id = runs.views[1].run->id;
  CHECK(find_run(runs.views, id.hex.str()).run->id == id);
  CHECK(find_run(runs.views, id.hex.str().substr(0, 12)).run->id == id);
  CHECK(find_run(runs.views, "some:frozen=2").run->id == id);
  CHECK(find_run(runs.views, "other:").run->experiment == "other");
}

TEST_CASE("find run: none is refused with what to write, several with their ids and labels") {
  const Runs runs;
  CHECK_THROWS_WITH(find_run(runs.views, "zzz"), Catch::Contains("no run is 'zzz'"));
  CHECK_THROWS_WITH(find_run(runs.views, "some:frozen=3"), Catch::Contains("no run has frozen = 3"));
  CHECK_THROWS_WITH(find_run(runs.views, "some:split=1"),
                    Catch::Contains("2 runs are") && Catch::Contains("frozen=2 split=1"));
  CHECK_THROWS_AS(find_run(runs.views, ""), UsageError);
}

TEST_CASE("find run: times are in UTC, and no time is none") {
  CHECK(time_text(0) == "-");
  CHECK(time_text(86400 + 61) == "1970-01-02 00:01:01");
}
