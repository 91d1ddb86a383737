// Costs that follow the times of finished tasks, by what they have in common; and what a calibration must measure.
#include <catch2/catch.hpp>

#include "plan/cost/forms.hpp"

using namespace espalier;
using namespace espalier::plan;

namespace {

/// Trainings of one unit; those of one batch size have one cost key.
class Scene {
 public:
  const TaskId& add(std::int32_t batch, std::int64_t epochs, const task::NumericForm& form = {}) {
    Training training;
    training.spec.network = "digest-of-a-network";
    training.spec.batch = batch;
    training.spec.input = {1, 8, 8};
    training.spec.units.resize(1);
    training.spec.init_seed = ++seed_;
    training.spec.length = {static_cast<std::int32_t>(epochs), 0};
    training.images = 100;
    training.steps = epochs * 10;
    training.epoch_images = epochs * 100;
    training.units = &units_;
    const TaskId& id = table.add(training, {});
    auto& entry = table.all()[table.number_of(id)];
    entry.form = form;
    entry.cost_s = costs.cost_s(entry.training, form);
    return id;
  }

  double cost(const TaskId& id) const { return table.find(id)->cost_s; }

  /// Done, in so many times the estimate.
  void finish(const TaskId& id, double times, double share = 1) {
    auto& outcome = outcomes[id];
    outcome.state = task::RunState::done;
    outcome.epoch_images =
        static_cast<std::int64_t>(share * static_cast<double>(table.find(id)->training.epoch_images));
    outcome.seconds = times * share * cost(id);
  }

  void learn() { learn_costs(table, outcomes, costs); }

  TaskTable table;
  Outcomes outcomes;

 private:
  std::vector<network::UnitCost> units_ = std::vector<network::UnitCost>(1);
  std::uint64_t seed_ = 0;
  Calibration calibration_;

 public:
  CostModel costs{calibration_};
};

}  // namespace

TEST_CASE("learned costs: a finished task scales those of its key, and no others") {
  Scene scene;
  const auto done = scene.add(8, 2), like = scene.add(8, 5), other = scene.add(16, 2);
  const double before = scene.cost(like), untouched = scene.cost(other);
  scene.finish(done, 3);

  scene.learn();

  CHECK(scene.cost(like) == Approx(3 * before));
  CHECK(scene.cost(other) == Approx(untouched));
}

TEST_CASE("learned costs: a form that nothing was trained in is scaled as the others of the same work are") {
  Scene scene;
  task::NumericForm cached;
  cached.cached_units = 1;
  const auto done = scene.add(8, 2, cached), plain = scene.add(8, 5), other = scene.add(16, 2);
  const double before = scene.cost(plain), untouched = scene.cost(other);
  scene.finish(done, 3);

  scene.learn();

  CHECK(scene.cost(plain) == Approx(3 * before));  // else the cache would look three times dearer than it is
  CHECK(scene.cost(other) == Approx(untouched));
}

TEST_CASE("learned costs: each form that was trained in has its own") {
  Scene scene;
  task::NumericForm cached;
  cached.cached_units = 1;
  const auto quick = scene.add(8, 2, cached), slow = scene.add(8, 2);
  const double before = scene.cost(quick), plain = scene.cost(slow);
  scene.finish(quick, 0.5);
  scene.finish(slow, 2);

  scene.learn();

  CHECK(scene.cost(quick) == Approx(before / 2));
  CHECK(scene.cost(slow) == Approx(2 * plain));
}

TEST_CASE("learned costs: several tasks of a key count by their time, and one that did a part by its part") {
  Scene scene;
  const auto longer = scene.add(8, 6), shorter = scene.add(8, 2), next = scene.add(8, 1);
  const double before = scene.cost(next), sum = scene.cost(longer) / 2 + scene.cost(shorter);
  const double spent = 4 * scene.cost(longer) / 2 + 1 * scene.cost(shorter);
  scene.finish(longer, 4, 0.5);
  scene.finish(shorter, 1);

  scene.learn();

  CHECK(scene.cost(next) == Approx(spent / sum * before));
}

TEST_CASE("learned costs: tasks that did not end well, or took no time, teach nothing") {
  Scene scene;
  const auto failed = scene.add(8, 2), timeless = scene.add(16, 2), like = scene.add(8, 4);
  const double before = scene.cost(like);
  scene.finish(failed, 7);
  scene.outcomes[failed].state = task::RunState::failed;
  scene.finish(timeless, 0);

  scene.learn();

  CHECK(scene.cost(like) == Approx(before));
  CHECK(scene.cost(timeless) > 0);
}

TEST_CASE("probes of costs: one for each key, in the chosen form and in the plain one") {
  Scene scene;
  task::NumericForm replica;
  replica.batched = true;
  replica.cached_units = 1;
  scene.add(8, 2);
  scene.add(8, 5);
  CHECK(probes_of(scene.table).size() == 1);
  scene.add(16, 2);
  CHECK(probes_of(scene.table).size() == 2);
  scene.add(32, 2, replica);

  const auto probes = probes_of(scene.table);

  REQUIRE(probes.size() == 5);  // as a replica, with features and without replicas, without either
  CHECK(probes[2].task.form.batched);
  CHECK(probes[3].task.form.cached_units == 0);
  CHECK(probes[4].task.form.cached_units == 1);
  CHECK_FALSE(probes[4].task.form.batched);
  CHECK(task::training(probes[2].task).batch == 32);
}
