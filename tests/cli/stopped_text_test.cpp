#include "cli/stopped_text.hpp"

#include <catch2/catch.hpp>

#include "support/state_builder.hpp"

using namespace espalier;

namespace {

/// One task of the last launch, whose attempt ended so.
struct Scene {
  explicit Scene(const std::string& outcome) {
    builder.running("some", {{"split", "1"}});
    task = &builder.state().tasks.begin()->second;
    task->state = task::RunState::waiting;
    task->attempts.back().outcome = outcome;
  }
  void saved_at(task::Moment at) { task->training = {ArtifactId{std::string(64, 'a')}, at, 10}; }
  void measured_at(int epoch) {
    task->rows.push_back({{1, 1}, testing::measured_row(epoch, metrics::Subset::train, 1, 1, 2, 10)});
  }
  std::string text() const { return cli::stopped_text(builder.state()); }

  testing::StateBuilder builder;
  store::TaskState* task;
};

}  // namespace

TEST_CASE("stopped text: saved is said where the journal shows it") {
  Scene scene("stopped");
  if (GENERATE(false, true)) {
    scene.measured_at(3);
    scene.saved_at({3, 2});
  }

  CHECK(scene.text() == "Stopped and saved. The same command goes on.");
}

TEST_CASE("stopped text: an attempt that did not end in order, or whose rows lie behind its checkpoint, is named") {
  const std::string outcome = GENERATE("trainer killed by signal 9", "interrupted: its launch ended", "stopped");
  Scene scene(outcome);
  scene.measured_at(3);
  std::string from = "from the beginning";
  if (GENERATE(false, true)) {
    scene.saved_at({2, 2});
    from = "from epoch 2";
  }

  const auto text = scene.text();

  CHECK_THAT(text, !Catch::Contains("Stopped and saved") && Catch::Contains("1 task could not save"));
  CHECK_THAT(text, Catch::Contains("goes on " + from + ": " + outcome) && Catch::EndsWith("The same command goes on."));
}

TEST_CASE("stopped text: what an earlier launch lost, and what has ended, says nothing of the last one") {
  Scene scene("trainer killed by signal 9");
  SECTION("an earlier launch") { scene.builder.state().segments.push_back({2, "nodeA", 100}); }
  SECTION("ended") { scene.task->state = task::RunState::done; }
  SECTION("never tried") { scene.task->attempts.clear(); }

  CHECK(scene.text() == "Work is left. The same command goes on.");
}
