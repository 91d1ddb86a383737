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

TEST_CASE("plan: --only keeps of what a selection waits for the runs of the same part, whatever their experiment") {
  auto study = support::small_study(2);
  study.experiments = {experiment("a", {axis("transferred", {0, 2}), axis("per_class", {1})}),
                       experiment("b", {axis("per_class", {1})})};
  study.experiments[1].takes = {support::take({"transferred"}, {"a"}, {"per_class"})};
  const auto trained = [&](const std::string& only) {
    CompileOptions options;
    options.only = only;
    return compiled(study, {}, options).tasks.size();
  };

  CHECK(trained("experiment == \"b\"") == 2 * 2 + 2);  // both settings in both splits, two pretrainings
  CHECK(trained("split == 1") == 2 + 1);               // the other split's candidates are another part
  CHECK(trained("experiment == \"b\" and split == 1") == 2 + 1);
}

}  // namespace espalier::plan
