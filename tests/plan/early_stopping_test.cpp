// How much rules to stop may save of a plan's work.
#include "espalier/plan/early_stopping.hpp"

#include <catch2/catch.hpp>

#include "support/planning.hpp"

using namespace espalier;
using namespace espalier::plan;
using support::axis;
using support::compiled;
using support::experiment;

namespace {

study::StopRule rule(std::int64_t every, std::int64_t patience) {
  return {.on = true, .every = {study::Duration::Unit::epochs, every}, .patience = patience};
}

/// One split, its target trained for 90 epochs on 5 images of 4 classes by the rule.
Plan planned(const study::StopRule& stop, std::vector<study::Experiment> experiments) {
  auto study = support::small_study(1);
  study.targets[0].train.stop = stop;
  study.experiments = std::move(experiments);
  return compiled(study);
}

}  // namespace

TEST_CASE("early stopping: without rules there is nothing to save") {
  CHECK(stopping_range(planned({}, {experiment("a", {axis("per_class", {5})})}).tasks).trainings == 0);
}

TEST_CASE("early stopping: a training ends after its patience behind the first evaluation, at the earliest") {
  const auto range = stopping_range(planned(rule(5, 3), {experiment("a", {axis("per_class", {5})})}).tasks);

  CHECK(range.trainings == 1);
  CHECK(range.most == 90 * 20);
  CHECK(range.least == 20 * 20);
}

TEST_CASE("early stopping: steps that rules share count once, and those of a run without a rule are not saved") {
  const auto patient = axis("train.stop.patience", {1, 3});
  const auto range = stopping_range(planned(rule(5, 3), {experiment("a", {axis("per_class", {5}), patient})}).tasks);
  CHECK(range.trainings == 2);
  CHECK(range.most == 90 * 20);
  CHECK(range.least == 20 * 20);

  auto free = experiment("free", {axis("per_class", {5})});
  free.fixed = {{"train.stop", "none"}};
  const auto with_free =
      stopping_range(planned(rule(5, 3), {experiment("a", {axis("per_class", {5}), patient}), free}).tasks);
  CHECK(with_free.trainings == 2);
  CHECK(with_free.least == with_free.most);
}
