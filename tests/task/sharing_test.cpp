#include "espalier/task/sharing.hpp"

#include <catch2/catch.hpp>

#include "task/probes.hpp"

using namespace espalier;
using namespace espalier::task;
using testing::some_probe;
using testing::some_training;

TEST_CASE("sharing: rates and length do not separate a family; data, seeds, frozen units and the form do") {
  Task one;
  training(one).units.resize(3);
  training(one).units[2].rates = {{{0, 0}, 1}};
  const auto family = sharing_of(one).family;
  Task other = one;

  SECTION("a rate") {
    training(other).units[2].rates.push_back({{1, 0}, 0.1f});
    training(other).length = {7, 0};
    CHECK(sharing_of(other).family == family);
    CHECK(task_id(training(other)) != task_id(training(one)));
  }
  SECTION("a seed") {
    training(other).order_seed = 1;
    CHECK(sharing_of(other).family != family);
  }
  SECTION("a frozen unit") {
    training(other).units[0].trained = Trained::no;
    CHECK(sharing_of(other).family != family);
  }
  SECTION("the form") {
    other.form.cached_units = 1;
    CHECK(sharing_of(other).family != family);
  }
}

TEST_CASE("sharing: features depend on the cached units' sources and on the pack, not on sizes or what comes above") {
  Task one;
  training(one).units.resize(3);
  one.form.cached_units = 2;
  training(one).units[0].start = training(one).units[1].start = {StartKind::task, {"aa"}, {}};
  const auto features = sharing_of(one).features;
  CHECK(features != 0);
  Task other = one;

  SECTION("another size, other rates above") {
    training(other).images.sample.count = 7;
    training(other).units[2].rates = {{{0, 0}, 1}};
    CHECK(sharing_of(other).features == features);
  }
  SECTION("another source") {
    training(other).units[1].start.task = {"bb"};
    CHECK(sharing_of(other).features != features);
  }
  SECTION("another pack") {
    training(other).images.data = "other";
    CHECK(sharing_of(other).features != features);
  }
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
