// Runs that start from other runs, and networks that are only measured.
#include "plan/run_links.hpp"

#include <catch2/catch.hpp>

#include "support/planning.hpp"

namespace espalier::plan {
namespace {

using support::axis;
using support::compiled;
using support::complaints;
using support::experiment;
using support::run_where;
using support::task_of;

study::Start same(const std::string& experiment, std::vector<std::string> axes) {
  return {experiment, std::move(axes), {}};
}

/// "first" trains from a source, "second" starts from its runs.
study::Study with_start(int splits = 2) {
  auto study = support::small_study(splits);
  study.experiments = {experiment("second", {axis("per_class", {2, "all"}), axis("transferred", {1})}),
                       experiment("first", {axis("per_class", {2, "all"}), axis("transferred", {2})})};
  study.experiments[0].start = same("first", {"target", "per_class", "split", "replicate"});
  return study;
}

}  // namespace

TEST_CASE("plan: a run may start from another experiment's run, whose network is then kept") {
  const Plan plan = compiled(with_start());

  for (const auto& run : plan.runs) {
    if (run.experiment != "second") continue;
    const auto& parent =
        run_where(plan, "first", {{"per_class", *run.label("per_class")}, {"split", *run.label("split")}});
    const auto* task = task_of(plan, run.task);
    CHECK(task->inputs == std::vector<task::Input>{{parent.task, task::InputRole::start}});
    CHECK(task::training(*task).units[0].start == task::UnitStart{task::StartKind::task, parent.task, {}});
    CHECK(task::training(*task).units[1].start.kind == task::StartKind::fresh);
    CHECK(task_of(plan, parent.task)->record.keep == task::Keep::last);
  }
  CHECK(plan.runs.size() == 8);
}

TEST_CASE("plan: starts go any depth, and what has no network to give is said in the child") {
  auto study = with_start(1);
  study.experiments.push_back(experiment("third", {axis("per_class", {2, "all"}), axis("transferred", {3})}));
  study.experiments[2].start = same("second", {"per_class", "split"});
  const Plan plan = compiled(study);
  const auto& third = *task_of(plan, run_where(plan, "third", {{"per_class", "2"}}).task);
  CHECK(third.inputs.at(0).task == run_where(plan, "second", {{"per_class", "2"}}).task);

  study.experiments[0].start = same("third", {"per_class", "split"});
  CHECK(complaints(study).find("in a circle") != std::string::npos);
  study.experiments[0].start = same("first", {"split"});
  CHECK(complaints(study).find("could be started from") != std::string::npos);
}

TEST_CASE("plan: an evaluation measures a run's network, or one assembled of units of several, and trains nothing") {
  auto study = with_start(1);
  study.experiments.push_back(experiment("measured", {axis("per_class", {2, "all"})}));
  study.experiments[2].kind = "evaluate";
  study.experiments[2].start = same("first", {"target", "per_class", "split"});
  study.experiments.push_back(study.experiments[2]);
  study.experiments[3].name = "swapped";
  study.experiments[3].units_from = {{{}, {1}, same("second", {"target", "per_class", "split"}), ""}};
  const Plan plan = compiled(study);

  const auto& run = run_where(plan, "measured", {{"per_class", "2"}});
  const auto& first = run_where(plan, "first", {{"per_class", "2"}});
  const auto& second = run_where(plan, "second", {{"per_class", "2"}});
  const auto* task = task_of(plan, run.task);
  const auto* probe = task::probe_of(*task);
  REQUIRE(probe != nullptr);
  for (const auto& start : probe->units) CHECK(start.task == first.task);
  CHECK(task->inputs == std::vector<task::Input>{{first.task, task::InputRole::measured}});
  CHECK(run.measured == first.measured);
  CHECK(task->cost_s > 0);

  const auto* swapped = task::probe_of(*task_of(plan, run_where(plan, "swapped", {{"per_class", "2"}}).task));
  CHECK(swapped->units[0].task == second.task);
  CHECK(swapped->units[1].task == first.task);
  CHECK(swapped->network == probe->network);
  CHECK(plan.tasks.back().kind() == task::WorkKind::probe);  // behind all trainings
}

TEST_CASE("plan: what a run left untouched comes from where the run had it, and a probe shares its cached features") {
  auto study = with_start(1);
  study.experiments = {experiment("first", {axis("transferred", {2})}),
                       experiment("second", {axis("transferred", {2}), axis("frozen", {2})}),
                       experiment("measured", {axis("frozen", {2})})};
  study.experiments[1].start = same("first", {"target", "split"});
  study.experiments[2].kind = "evaluate";
  study.experiments[2].start = same("second", {"target", "split", "frozen"});
  const Plan plan = compiled(study);

  const auto& first = run_where(plan, "first", {});
  const auto& second = *task_of(plan, run_where(plan, "second", {}).task);
  const auto& probe = *task_of(plan, run_where(plan, "measured", {}).task);
  const auto starts = task::unit_starts(probe);
  CHECK(starts[0].task == first.task);
  CHECK(starts[1].task == first.task);
  CHECK(starts[2].task == second.id);
  CHECK(probe.inputs.size() == 2);
  REQUIRE(second.form.cached_units == 2);
  CHECK(probe.form.cached_units == 2);
  CHECK(task::sharing_of(probe).features == task::sharing_of(second).features);
}

TEST_CASE("plan: a classifier is not transferred between data whose classes have equal numbers and other names") {
  auto study = support::small_study(1);
  study.split.kind = study::Split::Kind::none;
  study.sources[0].classes = study.targets[0].classes = "all";
  study.data["digits"] = study.data["letters"];
  study.data["digits"].name = "digits";
  study.targets.push_back(study.targets[0]);  // the second one's label map has the digest of the first one's
  study.targets[1].name = "numbers";
  study.targets[1].data = "digits";
  auto facts = support::small_facts();
  facts.data["digits"] = facts.data["letters"];
  facts.data["digits"].digest = "digits";
  for (auto& name : facts.data["digits"].class_names) name = "digit of " + name;
  study.experiments = {experiment("a", {axis("target", {study.targets[0].name, "numbers"})},
                                  {{"transferred", "all"}, {"per_class", 2}})};

  CHECK(complaints(study, facts).find("have different classes") != std::string::npos);

  facts.data["digits"].class_names = facts.data["letters"].class_names;
  CHECK(complaints(study, facts).empty());
}

}  // namespace espalier::plan
