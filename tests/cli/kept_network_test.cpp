// Which kept network is meant by DIR and DIR:RUN.
#include "cli/kept_network.hpp"

#include <catch2/catch.hpp>

#include "espalier/core/errors.hpp"
#include "os/os_scratch.hpp"
#include "support/state_builder.hpp"

using namespace espalier;
using namespace espalier::cli;

namespace {

testing::Measured valid(double accuracy, double loss) {
  testing::Measured measured;
  measured.valid_top1 = accuracy;
  measured.valid_loss = loss;
  return measured;
}

/// Three runs of one target; those at `kept` keep their networks.
report::Directory directory(const std::vector<std::string>& kept) {
  testing::StateBuilder builder;
  builder.done("some", {{"target", "a"}, {"n", "1"}}, valid(0.6, 2))
      .done("some", {{"target", "a"}, {"n", "2"}}, valid(0.7, 3));
  builder.done("some", {{"target", "a"}, {"n", "3"}}, valid(0.7, 1));
  for (const auto& entry : builder.state().runs) {
    for (const auto& n : kept) {
      if (*entry.run.label("n") == n) builder.state().tasks.at(entry.run.task).finished.artifact = {"aa"};
    }
  }
  return {"out", builder.state()};
}

}  // namespace

TEST_CASE("kept network: the only one, or the best by validation, then by loss; what was taken is said") {
  const auto one = directory({"1"});
  const auto only = find_kept_network(one, report::runs_of(one), "");
  CHECK(only.run->value("n") == "1");
  CHECK_THAT(only.note, Catch::EndsWith("the only kept network"));

  const auto all = directory({"1", "2", "3"});
  const auto best = find_kept_network(all, report::runs_of(all), "");
  CHECK(best.run->value("n") == "3");
  CHECK_THAT(best.note, Catch::Contains("70.0, the best of 3 kept networks"));

  CHECK(find_kept_network(all, report::runs_of(all), "some:n=1").note.empty());
}

TEST_CASE("kept network: none, or one that was not kept, is refused with how to keep it") {
  const auto none = directory({});
  CHECK_THROWS_WITH(find_kept_network(none, report::runs_of(none), ""),
                    Catch::Contains("'out' keeps no network") && Catch::Contains("train.keep = \"best\""));
  CHECK_THROWS_WITH(find_kept_network(none, report::runs_of(none), "some:n=2"),
                    Catch::Contains("n=2") && Catch::Contains("was not kept"));
}

TEST_CASE("kept network: DIR may hold colons; RUN begins behind the first folder") {
  const os::Scratch scratch;
  const auto folder = scratch.path() / "out: a";
  std::filesystem::create_directories(folder);

  CHECK(dir_and_run(folder.string()).run.empty());
  const auto both = dir_and_run(folder.string() + ":some:n=1");
  CHECK(both.out == folder.string());
  CHECK(both.run == "some:n=1");
  CHECK(dir_and_run("nowhere:x").out == "nowhere:x");
}
