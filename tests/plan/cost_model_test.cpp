// What trainings cost: by their multiply-adds, a calibration and the journal.
#include "plan/cost/cost_model.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "support/planning.hpp"

namespace espalier::plan {
namespace {

using support::axis;
using support::compiled;
using support::experiment;
using support::run_where;
using support::task_of;

}  // namespace

TEST_CASE("plan: freezing makes a training cheaper") {
  auto study = support::small_study(1);
  study.experiments = {experiment("a", {axis("frozen", {0, 1, 2})})};
  const Plan plan = compiled(study);

  const auto cost = [&](const char* k) { return task_of(plan, run_where(plan, "a", {{"frozen", k}}).task)->cost_s; };
  CHECK(cost("0") > cost("1"));
  CHECK(cost("1") > cost("2"));
}

TEST_CASE("plan: classifiers that share features are charged for them once a worker") {
  const auto cost_of = [](std::vector<study::Value> values) {
    auto study = support::small_study(1);
    study.experiments = {experiment("a", {axis("C", std::move(values)), axis("features", {2})})};
    study.experiments[0].kind = "linear";
    const Plan plan = compiled(study);
    double sum = 0;
    for (const auto& task : plan.tasks) sum += task::probe_of(task) ? task.cost_s : 0;
    return sum;
  };
  const double one = cost_of({1}), two = cost_of({1, 2}), four = cost_of({1, 2, 3, 4});
  CHECK(four - two == Approx(2 * (two - one)));  // what each more costs is its fit
  CHECK(two - one < 0.999 * one);                // the images are few and the network small
}

TEST_CASE("plan: a kept network takes its parameters and two means of what each hidden unit gives") {
  auto study = support::small_study(1);
  study.experiments = {experiment("a", {axis("frozen", {0})}, {{"transferred", 0}})};
  const auto none = compiled(study).disk_bytes;
  study.train.keep = "last";
  const Plan plan = compiled(study);

  const auto& task = *task_of(plan, plan.runs.front().task);
  const auto& spec = task::training(task);
  const auto& labels = plan.catalog.label_maps.at(spec.images.labels);
  const auto units = network::infer(plan.catalog.networks.at(spec.network), spec.input, labels.output_count);
  std::int64_t numbers = network::parameter_count(units);
  for (std::size_t u = 0; u + 1 < units.size(); ++u) numbers += 2 * units[u].output.elements();
  CHECK(plan.disk_bytes - none == 4 * numbers);
}

TEST_CASE("costs: a calibration counts where it has the key, the journal scales what it has seen") {
  auto study = support::small_study();
  study.experiments = {experiment("e", {axis("frozen", {0, 2}), axis("per_class", {2, 4})}, {{"transferred", 2}})};
  const auto plan = compiled(study);
  CompileOptions measured;
  for (const auto& probe : plan.probes) measured.calibration[probe.key] = {1, 0, 0};  // a second a step
  const auto calibrated = compiled(study, {}, measured);
  for (const auto& task : calibrated.tasks) {
    CHECK(task.cost_s == Approx(static_cast<double>(task.epoch_images) / task::training(task).batch));
  }

  Outcomes outcomes;
  const auto& done = *support::task_of(calibrated, calibrated.runs.front().task);
  outcomes[done.id] = support::finished(done, 500);
  outcomes[done.id].seconds = 3 * done.cost_s;
  outcomes[done.id].epoch_images = done.epoch_images;
  const auto learned = compiled(study, outcomes, measured);
  const auto sources = support::pretrainings(learned);
  for (std::size_t i = 0; i < learned.tasks.size(); ++i) {
    const auto frozen = [](const task::Task& one) {
      return std::count_if(task::training(one).units.begin(), task::training(one).units.end(),
                           [](const task::UnitRow& row) { return row.trained == task::Trained::no; });
    };
    const bool alike =
        sources.contains(learned.tasks[i].id) == sources.contains(done.id) && frozen(learned.tasks[i]) == frozen(done);
    if (learned.tasks[i].id == done.id) CHECK(alike);
    if (alike) CHECK(learned.tasks[i].cost_s == Approx(3 * calibrated.tasks[i].cost_s));
    else if (!sources.contains(learned.tasks[i].id))
      CHECK(learned.tasks[i].cost_s == Approx(calibrated.tasks[i].cost_s));
  }
}

}  // namespace espalier::plan
