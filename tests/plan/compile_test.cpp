#include <catch2/catch.hpp>

#include "espalier/plan/plan.hpp"
#include "support/study_builder.hpp"

namespace espalier::plan {
namespace {

using support::axis;
using support::experiment;

Plan compiled(const study::Study& study, const Facts& facts = support::small_facts(), const Outcomes& outcomes = {},
              const CompileOptions& options = {}) {
  Plan plan = compile(study, facts, outcomes, options);
  for (const auto& diagnostic : plan.diagnostics) FAIL(study::format(diagnostic, "study"));
  return plan;
}

std::size_t count(const Plan& plan, task::TaskKind kind) {
  return static_cast<std::size_t>(std::count_if(plan.tasks.begin(), plan.tasks.end(),
                                                [&](const task::Task& task) { return task.kind == kind; }));
}

}  // namespace

TEST_CASE("plan: a pretraining shared by two experiments appears once a split") {
  auto study = support::small_study();
  study.experiments = {experiment("a", {axis("transferred", {1, 2})}), experiment("b", {axis("per_class", {1, 2, "all"})})};

  const Plan plan = compiled(study);

  CHECK(plan.runs.size() == 2 * 2 + 3 * 2);
  CHECK(count(plan, task::TaskKind::pretrain) == 2);
  CHECK(count(plan, task::TaskKind::train) == 8);  // transferred = 2 at all images occurs in both
}

}  // namespace espalier::plan
