// What a plan holds: tasks once each, in order, with seeds that follow the protocol; and what is refused.
#include <catch2/catch.hpp>
#include <set>

#include "espalier/plan/plan.hpp"
#include "support/planning.hpp"

namespace espalier::plan {
namespace {

using support::axis;
using support::compiled;
using support::complaints;
using support::experiment;
using support::run_where;
using support::task_of;

std::size_t sources_in(const Plan& plan) { return support::pretrainings(plan).size(); }
std::size_t others_in(const Plan& plan) { return plan.tasks.size() - sources_in(plan); }

}  // namespace

TEST_CASE("plan: a pretraining shared by two experiments appears once a split") {
  auto study = support::small_study();
  study.experiments = {experiment("a", {axis("transferred", {1, 2})}),
                       experiment("b", {axis("per_class", {1, 2, "all"})})};

  const Plan plan = compiled(study);

  CHECK(plan.runs.size() == 2 * 2 + 3 * 2);
  CHECK(sources_in(plan) == 2);
  CHECK(others_in(plan) == 8);  // transferred = 2 at all images occurs in both
  REQUIRE(plan.passes.size() == 5);
  CHECK(plan.passes[1].name == "merge");
  CHECK(plan.passes[1].tasks_before == 10 + 2 + 2);
  CHECK(plan.passes[1].tasks_after == 10);
}

TEST_CASE("plan: sources stand before what needs them, and from scratch nothing is needed") {
  auto study = support::small_study(1);
  study.experiments = {experiment("a", {axis("transferred", {0, 2})})};

  const Plan plan = compiled(study);

  REQUIRE(plan.tasks.size() == 3);
  CHECK(run_where(plan, "a", {{"transferred", "0"}}).task == plan.tasks[0].id);
  CHECK(plan.tasks[0].inputs.empty());
  CHECK(support::pretrainings(plan).contains(plan.tasks[1].id));
  CHECK(plan.tasks[2].inputs == std::vector<task::Input>{{plan.tasks[1].id, task::InputRole::pretraining}});
  CHECK(task::training(plan.tasks[2]).units[1].start.task == plan.tasks[1].id);
  CHECK(task::training(plan.tasks[2]).units[2].start.kind == task::StartKind::fresh);
}

TEST_CASE("plan: 'all' images and the number they come to are one value") {
  auto study = support::small_study(1);
  study.experiments = {experiment("word", {axis("per_class", {"all"})}),
                       experiment("number", {axis("per_class", {12})}),
                       experiment("both", {axis("per_class", {12, "all"})})};

  const Plan plan = compiled(study);

  CHECK(run_where(plan, "word", {}).task == run_where(plan, "number", {}).task);
  CHECK(task::training(*task_of(plan, plan.runs[0].task)).images.sample.count == 12);
  CHECK(plan.experiments[2].runs == 1);
  CHECK(plan.experiments[2].excluded.at("same cell twice") == 1);
}

TEST_CASE("plan: frozen beyond transferred without a rule is refused, naming experiment and cell") {
  auto study = support::small_study(1);
  study.experiments = {experiment("deep", {axis("frozen", {0, 1, 2}), axis("transferred", {1, 2})})};

  const std::string refused = complaints(study);

  CHECK(refused.find("frozen = 2 exceeds transferred = 1") != std::string::npos);
  CHECK(refused.find("experiment 'deep' at frozen=2, transferred=1, split=1") != std::string::npos);
  study.experiments[0].excludes = {{{}, "too deep", "frozen > transferred"}};
  CHECK(compiled(study).experiments[0].excluded.at("too deep") == 1);
}

TEST_CASE("plan: the whole network is transferred only where the classes are the same") {
  auto study = support::small_study(1);
  study.experiments = {experiment("a", {axis("transferred", {3})})};
  CHECK(complaints(study).find("different classes") != std::string::npos);

  study.targets[0].classes = "split.source";
  const Plan plan = compiled(study);
  CHECK(task::training(plan.tasks.back()).init_seed == 0);  // nothing is drawn
}

TEST_CASE("plan: a replicate draws anew from the same source, a pretraining only where asked") {
  auto study = support::small_study(1);
  study.experiments = {experiment("a", {axis("replicate", {1, 2})})};
  const Plan plan = compiled(study);
  CHECK(sources_in(plan) == 1);
  const auto& a = task::training(*task_of(plan, plan.runs[0].task));
  const auto& b = task::training(*task_of(plan, plan.runs[1].task));
  CHECK(a.init_seed != b.init_seed);
  CHECK(a.order_seed != b.order_seed);

  study.sources[0].redraw = "replicate";
  CHECK(sources_in(compiled(study)) == 2);
}

TEST_CASE("plan: runs that differ in protocol only share initialisation and order") {
  auto study = support::small_study(1);
  study.experiments = {
      experiment("a", {axis("transferred", {0, 1, 2}), axis("high_units", {1, 2}), axis("per_class", {2, 4})})};
  const Plan plan = compiled(study);

  const auto spec = [&](const char* n, const char* h, const char* x) {
    return task::training(
        *task_of(plan, run_where(plan, "a", {{"transferred", n}, {"high_units", h}, {"per_class", x}}).task));
  };
  CHECK(spec("0", "1", "2").init_seed == spec("2", "2", "2").init_seed);
  CHECK(spec("0", "1", "2").order_seed == spec("2", "2", "2").order_seed);
  CHECK(spec("0", "1", "2").init_seed == spec("0", "1", "4").init_seed);
  CHECK(spec("0", "1", "2").order_seed != spec("0", "1", "4").order_seed);
}

TEST_CASE("plan: a product above the limit is refused before it is multiplied") {
  auto study = support::small_study(2);
  std::vector<study::Value> many;
  for (int i = 1; i <= 1000; ++i) many.push_back(i);
  study.experiments = {
      experiment("a", {axis("replicate", many), axis("train.batch", many), axis("source.batch", many)})};

  CHECK(complaints(study).find("more than 1000000 runs") != std::string::npos);
}

}  // namespace espalier::plan
