// Ids and labels of runs: what enters an id, what does not, and that equal cells have one.
#include "plan/planned_experiment.hpp"

#include <catch2/catch.hpp>

#include "support/study_builder.hpp"

using namespace espalier;
using namespace espalier::plan;

namespace {

/// An experiment over frozen and per_class; columns as a grid has them, with protocol axes behind its own.
struct Scene {
  study::Experiment study =
      support::experiment("e", {support::axis("frozen", {0, 1}), support::axis("per_class", {1})});
  PlannedExperiment experiment;
  CanonicalSizes sizes;

  Scene() {
    experiment.study = &study;
    experiment.grid.columns = {"frozen", "per_class", "train.batch", "split", "target"};
    grid::CellShape shape;
    shape.origins = {grid::Origin::axis, grid::Origin::axis, grid::Origin::fixed, grid::Origin::fallback,
                     grid::Origin::fallback};
    experiment.grid.shapes = {shape};
    sizes.set("other", 12);
  }

  static grid::Cell cell(int frozen, const study::Value& per_class, int batch = 8, int split = 1,
                         const std::string& target = "other") {
    return {0, {study::Value(frozen), per_class, study::Value(batch), study::Value(split), study::Value(target)}};
  }

  RunId id(const grid::Cell& cell) const { return RunIds(experiment, sizes).of(cell); }
};

}  // namespace

TEST_CASE("run ids: own axes, the split and the target make the id, fixed values do not") {
  const Scene scene;
  const auto id = scene.id(Scene::cell(0, 1));

  CHECK(scene.id(Scene::cell(0, 1)) == id);
  CHECK(scene.id(Scene::cell(1, 1)) != id);
  CHECK(scene.id(Scene::cell(0, 2)) != id);
  CHECK(scene.id(Scene::cell(0, 1, 8, 2)) != id);
  CHECK(scene.id(Scene::cell(0, 1, 8, 1, "another")) != id);
  CHECK(scene.id(Scene::cell(0, 1, 16)) == id);
}

TEST_CASE("run ids: the experiment's name is in the id, the order of its axes is not") {
  Scene scene, swapped;
  swapped.experiment.grid.columns = {"per_class", "frozen", "train.batch", "split", "target"};
  auto cell = Scene::cell(0, 1);
  std::swap(cell.values[0], cell.values[1]);
  CHECK(swapped.id(cell) == scene.id(Scene::cell(0, 1)));

  scene.study.name = "f";
  CHECK(scene.id(Scene::cell(0, 1)) != swapped.id(cell));
}

TEST_CASE("run ids: values that a selection takes do not enter, whatever they come to") {
  Scene scene;
  scene.experiment.grid.shapes[0].origins[0] = grid::Origin::taken;
  auto later = Scene::cell(0, 1);
  later.values[0].reset();

  CHECK(scene.id(later) == scene.id(Scene::cell(1, 1)));
  CHECK(labels_of(scene.experiment, later).front() == Label{"frozen", "later"});
  CHECK(labels_of(scene.experiment, Scene::cell(1, 1)).front() == Label{"frozen", "1"});
}

TEST_CASE("run ids: as many images as there are is 'all', by target") {
  const Scene scene;
  const auto all = scene.id(Scene::cell(0, "all"));

  CHECK(scene.id(Scene::cell(0, 12)) == all);
  CHECK(scene.id(Scene::cell(0, 13)) == all);
  CHECK(scene.id(Scene::cell(0, 11)) != all);
  CHECK(scene.sizes.text("per_class", 12, "other") == "all");
  CHECK(scene.sizes.text("per_class", 12, "unknown") == "12");
  CHECK(scene.sizes.text("frozen", 12, "other") == "12");
}

TEST_CASE("run ids: a value cannot be mistaken for the next one") {
  Scene scene;
  scene.study.axes = {support::axis("case", {"a"}), support::axis("note", {"b"})};
  scene.experiment.grid.columns = {"case", "note"};
  scene.experiment.grid.shapes[0].origins = {grid::Origin::axis, grid::Origin::axis};
  const auto id = [&](const std::string& left, const std::string& right) {
    return scene.id({0, {study::Value(left), study::Value(right)}});
  };
  CHECK(id("a;note=1'b", "c") != id("a", "b"));
  CHECK(id("ab", "c") != id("a", "bc"));
}

TEST_CASE("labels: absent values have none, and a cell is described by the experiment's axes and its split") {
  Scene scene;
  scene.experiment.grid.shapes[0].origins[2] = grid::Origin::absent;
  auto cell = Scene::cell(1, 8);
  cell.values[2].reset();

  CHECK(labels_of(scene.experiment, cell) ==
        std::vector<Label>{{"frozen", "1"}, {"per_class", "8"}, {"split", "1"}, {"target", "other"}});
  CHECK(describe(scene.experiment, cell) == "frozen=1, per_class=8, split=1");
  CHECK(value_at(scene.experiment.grid, cell, "train.batch") == nullptr);
  CHECK(value_at(scene.experiment.grid, cell, "nothing") == nullptr);
  CHECK(*value_at(scene.experiment.grid, cell, "per_class") == study::Value(8));
}
