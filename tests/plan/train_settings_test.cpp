// Training values of targets and of sources.
#include <catch2/catch.hpp>

#include "espalier/plan/plan.hpp"
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

}  // namespace espalier::plan
