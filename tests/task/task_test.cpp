#include "espalier/task/task.hpp"

#include <catch2/catch.hpp>

#include "espalier/core/errors.hpp"
#include "espalier/frame/tagged.hpp"
#include "task/probes.hpp"

namespace espalier::task {
namespace {

using testing::some_probe;
using testing::some_training;

TrainSpec some_spec() {
  TrainSpec spec;
  spec.numerics_version = 1;
  spec.network = "0123";
  spec.input = {1, 8, 8};
  spec.mean = {0.5f};
  spec.std = {0.25f};
  spec.images = {"data", "labels", {}, {SampleRule::first, 4}};
  spec.units = {{{StartKind::task, {"abcd"}, {}}, Trained::no, {}},
                {{}, Trained::all, {{{0, 0}, 0.01f}, {{30, 0}, 0.001f}}}};
  spec.batch = 8;
  spec.length = {90, 0};
  spec.init_seed = 3;
  return spec;
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

TEST_CASE("task: the id of a training is what it was when stores were written") {
  // A change here orphans every store: raise kNumericsVersion, or give the new field a default that leaves this alone.
  CHECK(task_id(some_spec()).hex == "5a492a8d80de1564941b892abf648356");
}

TEST_CASE("task: everything that changes a result changes the id") {
  const auto id = task_id(some_spec());
  const auto changed = [&](auto change) {
    auto spec = some_spec();
    change(spec);
    return task_id(spec) != id;
  };
  CHECK(changed([](TrainSpec& spec) { spec.units[1].rates[1].rate *= 1.0000002f; }));
  CHECK(changed([](TrainSpec& spec) { spec.units[1].rates[1].from = {30, 1}; }));
  CHECK(changed([](TrainSpec& spec) { spec.units[0].trained = Trained::scale_shift; }));
  CHECK(changed([](TrainSpec& spec) { spec.units[0].start.task.hex = "abce"; }));
  CHECK(changed([](TrainSpec& spec) { spec.images.sample.count = 5; }));
  CHECK(changed([](TrainSpec& spec) { spec.images.labels = "other labels"; }));
  CHECK(changed([](TrainSpec& spec) { spec.images.partition.behind = 1; }));
  CHECK(changed([](TrainSpec& spec) { spec.init_seed = 4; }));
  CHECK(changed([](TrainSpec& spec) { spec.augment.flip = true; }));
  CHECK(changed([](TrainSpec& spec) { spec.precision = Precision::bf16; }));
  CHECK(changed([](TrainSpec& spec) { spec.numerics_version = 2; }));
}

TEST_CASE("task: a catalog names equal values once") {
  Catalog catalog, other;
  const auto a = catalog.add(one_output_each({1, 2}));
  CHECK(catalog.add(one_output_each({1, 2})) == a);
  CHECK(catalog.add(one_output_each({2, 1})) != a);
  other.add(one_output_each({1, 2}));
  other.add(one_output_each({3}));
  catalog.merge(other);
  CHECK(catalog.label_maps.size() == 3);
  const ImageSetSpec set{"data", a, {}, {}};
  CHECK(catalog.add(set) == id_of(set));
  CHECK(catalog.add(set) == id_of(set));
  CHECK((catalog.image_sets.at(id_of(set).hex.str()) == set));
}

TEST_CASE("task: a difference of catalogs holds what is new or named otherwise") {
  Catalog known;
  LabelMap map = one_output_each({1, 2});
  known.add(map);
  Catalog all = known;
  map.names = {"cat", "dog"};
  const auto digest = all.add(map);  // the same map, with names
  const auto other = all.add(one_output_each({3}));

  const Catalog more = difference(all, known);

  CHECK(more.label_maps.size() == 2);
  CHECK(more.label_maps.at(digest).names == map.names);
  CHECK(more.label_maps.contains(other));
  known.merge(more);
  CHECK((known == all));
  CHECK((difference(all, known) == Catalog{}));
}

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

}  // namespace espalier::task
