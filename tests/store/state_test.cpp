// What counts as progress of the last launches.
#include "espalier/store/state.hpp"

#include <catch2/catch.hpp>

using namespace espalier;
using namespace espalier::store;

namespace {

/// One task that segments 1 and 2 have tried to train: the second from epoch 3 on.
State tried_twice() {
  State state;
  TaskState& task = state.tasks[TaskId{"a"}];
  task.state = task::RunState::waiting;
  task.attempts = {{{1, 1}, {1}, {}, 0, 0, "interrupted", ""}, {{2, 1}, {1}, {3, 0}, 0, 0, "interrupted", ""}};
  task.training = {ArtifactId{"f"}, {3, 0}, 10};
  return state;
}

}  // namespace

TEST_CASE("progress: a checkpoint beyond where an attempt began counts for its launch, not for the next") {
  auto state = tried_twice();
  CHECK(has_progress_since(state, 1));
  CHECK_FALSE(has_progress_since(state, 2));
  CHECK_FALSE(has_progress_since(state, 3));
  state.tasks[TaskId{"a"}].training.at = {3, 1};
  CHECK(has_progress_since(state, 2));
}

TEST_CASE("progress: rows and ends count for the launch that brought them") {
  auto state = tried_twice();
  auto& task = state.tasks[TaskId{"a"}];
  task.rows.push_back({{2, 1}, {}});
  CHECK(has_progress_since(state, 2));
  task.rows.front().fence.segment = 1;
  CHECK_FALSE(has_progress_since(state, 2));
  task.state = task::RunState::done;
  CHECK(has_progress_since(state, 2));
  CHECK_FALSE(has_progress_since(state, 3));
}
