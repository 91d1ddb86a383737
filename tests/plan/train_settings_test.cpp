// Training values of targets and of sources.
#include <catch2/catch.hpp>

#include "espalier/plan/plan.hpp"
#include "espalier/study/train_values.hpp"
#include "support/planning.hpp"

namespace espalier::plan {
namespace {

using support::axis;
using support::compiled;
using support::experiment;

std::size_t sources_in(const Plan& plan) { return support::pretrainings(plan).size(); }
std::size_t others_in(const Plan& plan) { return plan.tasks.size() - sources_in(plan); }

}  // namespace

TEST_CASE("plan: a training value of targets leaves the pretraining alone, one of sources does not") {
  auto study = support::small_study(1);
  study.experiments = {experiment("a", {axis("train.batch", {4, 8})}),
                       experiment("b", {axis("source.batch", {8, 16})})};

  const Plan plan = compiled(study);

  CHECK(sources_in(plan) == 2);
  CHECK(others_in(plan) == 3);
}

TEST_CASE("plan: a named augmentation on an axis stands for its whole table, single values come over it") {
  auto study = support::small_study(1);
  study.augments["light"].flip = true;
  study.augments["light"].shifted_crop = 2;
  study.train.augment.emplace();
  study.train.augment->rotation_degrees = 10;
  study.experiments = {
      experiment("a", {axis("train.augment.shifted_crop", {3}), axis("train.augment", {"none", "light"})})};

  const Plan plan = compiled(study);

  const auto augment_of = [&](const char* name) {
    return task::training(*support::task_of(plan, support::run_where(plan, "a", {{"train.augment", name}}).task))
        .augment;
  };
  CHECK(augment_of("light").flip);
  CHECK(augment_of("light").shifted_crop == 3);
  CHECK(augment_of("light").rotation_degrees == 0);
  CHECK_FALSE(augment_of("none").flip);
  CHECK(augment_of("none").shifted_crop == 3);
  CHECK(sources_in(plan) == 1);
  study.experiments = {experiment("a", {axis("source.augment", {"none", "light"})})};
  CHECK(sources_in(compiled(study)) == 2);
  study.experiments = {experiment("a", {axis("train.augment", {"strong"})})};
  CHECK(support::complaints(study).find("there is no augmentation 'strong'") != std::string::npos);
}

TEST_CASE("plan: default rates rise at first, rates that a study gives do not unless it says so") {
  auto study = support::small_study(1);
  study.train.rates.clear();
  study.experiments = {experiment("a", {axis("per_class", {5})})};
  const auto first_rate = [&] {
    const Plan plan = compiled(study);
    return task::training(*support::task_of(plan, plan.runs[0].task)).units.back().rates.front().rate;
  };

  CHECK(first_rate() == 0.0003f);  // a tenth of 0.003
  study.train.warmup = study::parse_duration(study::Value(0));
  CHECK(first_rate() == 0.003f);
  study.train.warmup.reset();
  study.train.rates = {support::rate_group("rest", 0.02)};
  CHECK(first_rate() == 0.02f);
  study.train.warmup = study::parse_duration("10 steps");
  CHECK(first_rate() == 0.002f);
  study.train.rates.clear();
  study.targets[0].train.rates = {support::rate_group("rest", 0.04)};
  study.train.warmup.reset();
  CHECK(first_rate() == 0.04f);
}

}  // namespace espalier::plan
