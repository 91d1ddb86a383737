#include "store/describe.hpp"

#include <catch2/catch.hpp>

#include "store/scratch.hpp"

using namespace espalier;
using namespace espalier::store;

TEST_CASE("describe: an outcome says its state and its cause; a task that waits again was stopped") {
  CHECK(outcome_text(ended_of(1, {1, 1})) == "done");
  CHECK(outcome_text(ended_of(1, {1, 1}, task::RunState::failed, "diverged at epoch 3")) ==
        "failed: diverged at epoch 3");
  CHECK(outcome_text(ended_of(1, {1, 1}, task::RunState::waiting)) == "stopped");
  CHECK(labels_text({{"per_class", "8"}, {"split", "1"}}) == "per_class=8,split=1");
}

TEST_CASE("describe: sources are the digests of inputs' networks and of named checkpoints, each once, in order") {
  State state;
  TaskState source, user;
  source.finished.artifact = ArtifactId{std::string(64, 'b')};
  state.tasks[task_number(1)] = source;
  user.task = some_task(2);
  user.task.inputs = {{task_number(1), task::InputRole::pretraining}, {task_number(7), task::InputRole::pretraining}};
  task::training(user.task).units.resize(2);
  for (auto& row : task::training(user.task).units) row.start.checkpoint = ArtifactId{std::string(64, 'a')};

  CHECK(sources_of(state, user) == std::string(64, 'a') + "," + std::string(64, 'b'));
  CHECK(sources_of(state, source).empty());
}
