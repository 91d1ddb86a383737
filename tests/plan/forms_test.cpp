// Numeric forms: where features are exact, what can be a replica, what costs say.
#include "plan/cost/forms.hpp"

#include <rapidcheck.h>

#include "support/planning.hpp"

namespace espalier::plan {
namespace {

using support::axis;
using support::compiled;
using support::experiment;

/// A training of a named network whose first `frozen` units are frozen.
struct Frozen {
  Frozen(const std::string& name, std::int32_t frozen, const network::Shape& input) : network(*network::named(name)) {
    units = network::infer(network, input, 10);
    spec.units.resize(network.units.size());
    for (std::int32_t u = 0; u < frozen; ++u) spec.units[static_cast<std::size_t>(u)].trained = task::Trained::no;
    spec.input = input;
  }
  network::NetworkSpec network;
  std::vector<network::UnitCost> units;
  task::TrainSpec spec;
};

study::Study with(study::Experiment made) {
  auto study = support::small_study();
  study.experiments = {std::move(made)};
  return study;
}

}  // namespace

TEST_CASE("features: cut after the frozen units; with live dropout, before the first unit that drops") {
  Frozen alexnet("alexnet", 7, {3, 224, 224});
  CHECK(exact_cut(alexnet.spec, alexnet.units).units == 7);
  alexnet.spec.frozen_dropout = task::FrozenDropout::on;
  CHECK(exact_cut(alexnet.spec, alexnet.units).units == 5);

  Frozen none("cifar7", 0, {1, 28, 28});
  CHECK(exact_cut(none.spec, none.units).units == 0);
  CHECK(exact_cut(none.spec, none.units).refused.empty());
}

TEST_CASE("features: units frozen above a trained one are not cut off") {
  Frozen cifar("cifar7", 2, {1, 28, 28});
  cifar.spec.units[4].trained = task::Trained::no;
  CHECK(exact_cut(cifar.spec, cifar.units).units == 2);
}

TEST_CASE("features: what changes images at random forbids them, and is named; mirroring does not") {
  Frozen cifar("cifar7", 3, {3, 32, 32});
  cifar.spec.augment.flip = true;
  CHECK(exact_cut(cifar.spec, cifar.units).units == 3);
  cifar.spec.augment.shifted_crop = 4;
  CHECK(exact_cut(cifar.spec, cifar.units).units == 0);
  CHECK(exact_cut(cifar.spec, cifar.units).refused.find("random crops") != std::string::npos);
}

TEST_CASE("replicas: what is linear after the cut, small, tuned, by SGD in fp32") {
  const auto can_be_batched = [](const Frozen& one, std::int32_t cached) {
    return can_be_replica(one.spec, one.network, one.units, cached);
  };
  Frozen cifar("cifar7", 5, {1, 28, 28});
  CHECK(can_be_batched(cifar, 5));
  CHECK_FALSE(can_be_batched(cifar, 4));  // a convolution is left
  CHECK_FALSE(can_be_batched(cifar, 0));
  Frozen alexnet("alexnet", 5, {3, 224, 224});
  CHECK_FALSE(can_be_batched(alexnet, 5));  // 54 million parameters a replica

  auto adam = cifar, rounded = cifar, held = cifar;
  adam.spec.optimiser = task::OptimiserKind::adam;
  rounded.spec.precision = task::Precision::bf16;
  held.spec.units[6].trained = task::Trained::no;
  CHECK_FALSE(can_be_batched(adam, 5));
  CHECK_FALSE(can_be_batched(rounded, 5));
  CHECK_FALSE(can_be_batched(held, 5));
}

TEST_CASE("forms: passes that are left out leave the reference form; ids do not depend on them") {
  const auto study =
      with(experiment("e", {axis("frozen", {0, 1, 2}), axis("decay_epoch", {5, 30})}, {{"transferred", 2}}));
  CompileOptions off;
  off.passes = {false, false, false};
  const auto all = compiled(study), reference = compiled(study, {}, off);

  REQUIRE(all.tasks.size() == reference.tasks.size());
  bool some_cached = false, some_batched = false;
  for (std::size_t i = 0; i < all.tasks.size(); ++i) {
    CHECK(all.tasks[i].id == reference.tasks[i].id);
    CHECK(reference.tasks[i].form == task::NumericForm{});
    some_cached = some_cached || all.tasks[i].form.cached_units > 0;
    some_batched = some_batched || all.tasks[i].form.batched;
  }
  CHECK(some_cached);
  CHECK(some_batched);
}

TEST_CASE("forms: features that do not fit the memory are left out, and counted with the reason") {
  const auto study = with(experiment("e", {axis("frozen", {1, 2})}, {{"transferred", 2}}));
  CompileOptions small;
  small.feature_bytes = 1000;
  const auto plan = compiled(study, {}, small);

  for (const auto& task : plan.tasks) CHECK(task.form.cached_units == 0);
  REQUIRE_FALSE(plan.refused.empty());
  CHECK(plan.refused.begin()->first.find("--feature-memory") != std::string::npos);
}

TEST_CASE("passes: none executes more epoch-images than the plan without it") {
  CHECK(rc::check([] {
    const auto some = [](int least, int most) {
      std::set<int> picked;
      for (int i = *rc::gen::inRange(1, 4); i > 0; --i) picked.insert(*rc::gen::inRange(least, most + 1));
      return std::vector<study::Value>(picked.begin(), picked.end());
    };
    auto made = experiment("e", {axis("transferred", some(0, 2)), axis("frozen", some(0, 2)),
                                 axis("decay_epoch", some(0, 95)), axis("per_class", some(1, 9))});
    made.excludes = {{{}, "beyond", "frozen > transferred"}};
    const Plan plan = compile(with(std::move(made)), support::small_facts(), {}, {});
    RC_PRE(!study::has_errors(plan.diagnostics));
    std::int64_t before = plan.passes.front().epoch_images_before;
    for (const auto& pass : plan.passes) {
      RC_ASSERT(pass.epoch_images_before == before);
      RC_ASSERT(pass.epoch_images_after <= before);
      before = pass.epoch_images_after;
    }
  }));
}

}  // namespace espalier::plan
