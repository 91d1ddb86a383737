// Frames of `watch`: launch, progress by work, workers, and the best setting of each size.
#include "cli/watch_frame.hpp"

#include <catch2/catch.hpp>

#include "support/state_builder.hpp"

using namespace espalier;
using namespace espalier::cli;

namespace {

testing::Measured valid(double accuracy) {
  testing::Measured measured;
  measured.valid_top1 = accuracy;
  return measured;
}

std::vector<plan::Label> cell(const std::string& transferred, const std::string& size, const std::string& split) {
  return {{"target", "other"}, {"transferred", transferred}, {"per_class", size}, {"split", split}};
}

}  // namespace

TEST_CASE("watch frame: a line for each worker says what it trains and how far it is") {
  testing::StateBuilder builder;
  builder.done("some", cell("2", "5", "1"), valid(0.5));
  builder.running("some", cell("4", "5", "1"));

  const auto lines = watch_frame(builder.state(), "running: here");

  REQUIRE(lines.size() == 4);
  CHECK(lines[0] == "running: here");
  CHECK_THAT(lines[1], Catch::Contains("1/2 runs"));
  CHECK(lines[2] == "worker 1   some: transferred=4  epoch 0 of 20");
}

TEST_CASE("watch frame: the best setting of a size is that with the best mean over what has ended") {
  testing::StateBuilder builder;
  builder.done("some", cell("2", "5", "1"), valid(0.5)).done("some", cell("2", "5", "2"), valid(0.7));
  builder.done("some", cell("4", "5", "1"), valid(0.65)).waiting("some", cell("4", "5", "2"));
  builder.done("some", cell("2", "9", "1"), valid(0.8)).done("some", cell("4", "9", "1"), valid(0.7));

  const auto lines = watch_frame(builder.state(), "running");

  REQUIRE(lines.size() == 4);
  CHECK(lines[2] == "best so far, 5 a class: 65.0 % on validation  some: transferred=4  (1 of 2 runs)");
  CHECK(lines[3] == "best so far, 9 a class: 80.0 % on validation  some: transferred=2  (1 of 1 runs)");
}

TEST_CASE("watch frame: a milestone is a run's end, not an epoch's") {
  testing::StateBuilder builder;
  builder.running("some", cell("2", "5", "1")).waiting("some", cell("4", "5", "1"));
  const auto before = watch_milestone(builder.state(), "running");
  for (auto& [id, task] : builder.state().tasks) {
    if (task.state == task::RunState::running)
      task.rows.push_back({{1, 1}, testing::measured_row(3, metrics::Subset::valid, 1, 5, 5, 10, {})});
  }
  CHECK(watch_milestone(builder.state(), "running") == before);

  builder.done("some", cell("1", "5", "1"), valid(0.5));

  CHECK(watch_milestone(builder.state(), "running") != before);
}
