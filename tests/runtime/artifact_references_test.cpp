#include "runtime/rank0/artifact_references.hpp"

#include "runtime/loop_scene.hpp"

using namespace espalier;
using namespace espalier::runtime;

namespace {

/// A journal that lists a task with an attempt, and the files of this launch.
struct References {
  explicit References(LoopScene& scene)
      : out(scene.options.out), journal(out, scene.options.who, Damage::refused), artifacts(out, journal.state(), 1) {
    journal.write(store::TasksRecord{scene.planned.plan.tasks});
    references.write(sched::AttemptBegun{kFence, task_id("a"), {1}, {}}, {});
  }
  void make(char digit, task::ArtifactKind kind) {
    std::ofstream(artifacts.unfinished_of({1}) / (artifact(digit).hex + ".safetensors")) << "bytes";
    references.write(protocol::CheckpointMade{kFence, task_id("a"), kind, {1, 0}, artifact(digit), 5}, {1});
  }
  void settle() {
    journal.commit();
    references.settle();
  }
  static constexpr Fence kFence{1, 1};

  std::filesystem::path out;
  JournaledState journal;
  ArtifactStore artifacts;
  ArtifactReferences references{journal, artifacts};
};

}  // namespace

TEST_CASE("artifact references: nothing moves before settle()") {
  LoopScene scene;
  References files(scene);
  files.make('a', task::ArtifactKind::training);

  CHECK_FALSE(files.artifacts.holds(artifact('a')));
  files.settle();
  CHECK(files.artifacts.holds(artifact('a')));
}

TEST_CASE("artifact references: a task that is done keeps its network, not its training checkpoint") {
  LoopScene scene;
  References files(scene);
  files.make('a', task::ArtifactKind::training);
  files.make('b', task::ArtifactKind::finished);
  files.make('c', task::ArtifactKind::predictions);
  files.settle();

  files.references.write(sched::TaskEnded{References::kFence, task_id("a"), task::RunState::done, "", 1, 10, "cpu"},
                         {1});
  CHECK(files.artifacts.holds(artifact('a')));
  files.settle();

  CHECK_FALSE(files.artifacts.holds(artifact('a')));
  CHECK(files.artifacts.holds(artifact('b')));
  CHECK(files.artifacts.holds(artifact('c')));
}

TEST_CASE("artifact references: a task that is stopped keeps the checkpoint from which it goes on") {
  LoopScene scene;
  References files(scene);
  files.make('a', task::ArtifactKind::training);

  files.references.write(
      sched::TaskEnded{References::kFence, task_id("a"), task::RunState::waiting, "stopped", 1, 10, "cpu"}, {1});
  files.settle();

  CHECK(files.artifacts.holds(artifact('a')));
}

TEST_CASE("artifact references: the same checkpoint again stays") {
  LoopScene scene;
  References files(scene);
  files.make('a', task::ArtifactKind::training);
  files.settle();

  files.make('a', task::ArtifactKind::training);
  files.settle();

  CHECK(files.artifacts.holds(artifact('a')));
}

TEST_CASE("artifact references: who has been replaced between commit and rename neither moves nor deletes") {
  LoopScene scene;
  References files(scene);
  files.make('a', task::ArtifactKind::training);
  files.settle();
  files.make('b', task::ArtifactKind::training);
  files.journal.commit();
  const auto successor = store::JournalWriter::open(scene.options.out, {"nodeB", 1, "", 0, true});

  files.references.settle();

  CHECK(files.artifacts.holds(artifact('a')));
  CHECK_FALSE(files.artifacts.holds(artifact('b')));
}
