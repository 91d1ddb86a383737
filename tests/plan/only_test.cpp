// The part of a plan that `--only` asks for.
#include <catch2/catch.hpp>

#include "espalier/plan/plan.hpp"
#include "support/planning.hpp"

namespace espalier::plan {
namespace {

using support::axis;
using support::compiled;
using support::experiment;

}  // namespace

TEST_CASE("plan: --only keeps the tasks of its runs and their sources, and lists every run") {
  auto study = support::small_study(2);
  study.experiments = {experiment("a", {axis("transferred", {0, 2}), axis("per_class", {1, 2})})};
  CompileOptions options;
  options.only = "per_class == 1 and split == 2 and transferred > 0";

  const Plan plan = compiled(study, {}, options);

  CHECK(plan.runs.size() == 8);
  CHECK(plan.tasks.size() == 2);
  options.only = "per_clas == 1";
  CHECK_FALSE(compile(study, support::small_facts(), {}, options).diagnostics.empty());
}

}  // namespace espalier::plan
