// Tasks of both kinds: written and read back, told apart, sharing features.
#include <catch2/catch.hpp>

#include "espalier/core/errors.hpp"
#include "espalier/frame/tagged.hpp"
#include "espalier/task/sharing.hpp"

namespace espalier::task {
namespace {

const TaskId kFrom = TaskId::of(sha256("a finished run"));

Task some_probe() {
  ProbeSpec probe;
  probe.identity_version = kIdentityVersion;
  probe.network = "network";
  probe.labels = "labels";
  probe.input = {3, 8, 8};
  probe.units.assign(3, {StartKind::task, kFrom, {}});
  Task task;
  task.id = task_id(probe);
  task.work = probe;
  task.inputs = {{kFrom, InputRole::measured}};
  task.form.cached_units = 2;
  task.measured_data = "data";
  return task;
}

/// Trains the last unit above the first two of the same network.
Task some_training() {
  TrainSpec spec = untrained(*probe_of(some_probe()));
  spec.images.data = "data";
  spec.units[2] = {{}, Trained::all, {{{}, 0.1f}}};
  Task task;
  task.work = spec;
  task.form.cached_units = 2;
  return task;
}

/// The tasks' fields that a newer version would write for kinds of its own.
struct LaterTask {
  TaskId id;
  std::uint8_t kind = 7;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<1>("id", id) & frame::stored<2>("kind", kind);
  }
};

}  // namespace

TEST_CASE("task: a probe is read back as it was written, and no training is in it") {
  const Task probe = some_probe();

  const auto read = frame::from_tagged<Task>(frame::to_tagged(probe));

  CHECK(read.kind() == WorkKind::probe);
  REQUIRE(probe_of(read) != nullptr);
  CHECK((*probe_of(read) == *probe_of(probe)));
  CHECK(read.inputs == probe.inputs);
  CHECK(read.measured_data == "data");
  CHECK_THROWS_AS(training(read), ContractViolation);
  CHECK(probe_of(frame::from_tagged<Task>(frame::to_tagged(some_training()))) == nullptr);
}

TEST_CASE("task: a kind of a later version is refused as such") {
  CHECK_THROWS_AS(frame::from_tagged<Task>(frame::to_tagged(LaterTask{})), frame::NewerFormatError);
}

TEST_CASE("task: a probe's id holds its network and how it sees images, and not what it is measured on") {
  const ProbeSpec probe = *probe_of(some_probe());
  ProbeSpec other = probe;
  other.units[1].task = TaskId::of(sha256("another run"));
  CHECK(task_id(other) != task_id(probe));
  other = probe;
  other.mean = {0.5f};
  CHECK(task_id(other) != task_id(probe));
  CHECK(task_id(probe) != task_id(untrained(probe)));
}

TEST_CASE("task: a probe shares features with a training above the same units on the same data, and nothing else") {
  const Sharing probe = sharing_of(some_probe()), trained = sharing_of(some_training());
  CHECK(probe.features != 0);
  CHECK(probe.features == trained.features);
  CHECK(probe.family == 0);
  CHECK(probe.replicas == 0);
  Task elsewhere = some_probe();
  elsewhere.measured_data = "other data";
  CHECK(sharing_of(elsewhere).features != trained.features);
}

}  // namespace espalier::task
