// Picks: which run is chosen, what a pick's runs look like before and after, and what is a fact.
#include "plan/select/pick_grid.hpp"

#include <catch2/catch.hpp>

#include "support/planning.hpp"

namespace espalier::plan {
namespace {

using support::axis;
using support::compiled;
using support::complaints;
using support::experiment;
using support::number;
using support::run_where;
using support::task_of;

study::Experiment pick(const std::string& name, std::vector<std::string> from, std::vector<std::string> per) {
  study::Experiment made;
  made.name = name;
  made.kind = "pick";
  made.pick = study::Pick{{}, std::move(from), "valid.top1", std::move(per)};
  return made;
}

/// The whole of what `halves` has: a source and a target of the same classes, so that classifiers are copied.
study::Study same_classes(int splits = 2) {
  auto study = support::small_study(splits);
  study.targets[0].classes = "split.source";
  return study;
}

const std::vector<std::string> kEach = {"per_class", "split", "replicate"};

/// One unit tuned, all of them, and the best of both for each size, split and replicate.
study::Study flex(const std::vector<std::string>& per = kEach) {
  auto study = same_classes();
  study.experiments = {
      experiment("one", {axis("tuned_unit", {1, 2, 3}), axis("per_class", {1, 2}), axis("replicate", {1, 2})}),
      experiment("all", {axis("per_class", {1, 2}), axis("replicate", {1, 2})}, {{"tuned_unit", "all"}}),
      pick("flex", {"one", "all"}, per)};
  return study;
}

int unit_of(const PlannedRun& run) { return *run.label("tuned_unit") == "all" ? 0 : number(run, "tuned_unit"); }

/// Size 1: unit `split`; size 2: all units, which tie with unit 3 in replicate 2.
int score(const PlannedRun& run) {
  const int unit = unit_of(run);
  if (number(run, "per_class") == 1) return unit == number(run, "split") ? 900 : 500;
  if (unit == 0) return 800;
  return unit == 3 && number(run, "replicate") == 2 ? 800 : 700;
}

}  // namespace

TEST_CASE("pick: its runs wait for their candidates, then point at the task of the run that was chosen") {
  const auto study = flex();
  const Plan before = compiled(study);
  CHECK(before.experiments[2].runs == 8);
  CHECK(before.experiments[2].later == 8);
  const auto& waiting = run_where(before, "flex", {{"per_class", "1"}, {"split", "2"}, {"replicate", "1"}});
  CHECK(waiting.task.empty());
  CHECK(waiting.waits_for == "flex//0/per_class=1,split=2,replicate=1");
  CHECK(*waiting.label("chosen") == "later");
  CHECK(*waiting.label("tuned_unit") == "later");
  CHECK(*waiting.label("target") == "other");
  REQUIRE(before.pending.size() == 8);
  CHECK(before.pending[0].needs.size() == 4);

  const Plan after = compiled(study, support::all_finished(before, score));

  CHECK(after.pending.empty());
  CHECK(after.tasks.size() == before.tasks.size());
  CHECK(after.experiments[2].later == 0);
  const auto& settled = run_where(after, "flex", {{"per_class", "1"}, {"split", "2"}, {"replicate", "1"}});
  CHECK(settled.id == waiting.id);
  CHECK(*settled.label("chosen") == "one");
  CHECK(*settled.label("tuned_unit") == "2");
  const auto& chosen =
      run_where(after, "one", {{"per_class", "1"}, {"split", "2"}, {"replicate", "1"}, {"tuned_unit", "2"}});
  CHECK(settled.task == chosen.task);
  CHECK(settled.measured == chosen.measured);
}

TEST_CASE("pick: a choice for each replicate; a tie goes to fewer trained units, even at a higher loss") {
  const auto study = flex();
  const Plan before = compiled(study);
  auto outcomes = support::all_finished(before, score);
  for (const auto& run : before.runs) {
    if (run.experiment == "all")
      outcomes[run.task].rows = support::finished(*task_of(before, run.task), score(run), 0.1).rows;
  }
  const Plan after = compiled(study, outcomes);

  const auto& first = run_where(after, "flex", {{"per_class", "2"}, {"split", "1"}, {"replicate", "1"}});
  CHECK(*first.label("chosen") == "all");
  CHECK(*first.label("tuned_unit") == "all");
  const auto& second = run_where(after, "flex", {{"per_class", "2"}, {"split", "1"}, {"replicate", "2"}});
  CHECK(*second.label("chosen") == "one");
  CHECK(*second.label("tuned_unit") == "3");
}

TEST_CASE(
    "pick: without split and replicate in per, one setting is chosen by its mean, and each of its runs is a row") {
  const auto study = flex({"per_class"});
  const Plan before = compiled(study);
  CHECK(before.pending.size() == 2);
  const Plan after = compiled(study, support::all_finished(before, score));

  CHECK(after.experiments[2].runs == 8);
  for (const char* split : {"1", "2"}) {
    for (const char* replicate : {"1", "2"}) {
      const auto& run = run_where(after, "flex", {{"per_class", "2"}, {"split", split}, {"replicate", replicate}});
      CHECK(*run.label("chosen") == "all");
      CHECK(run.task == run_where(after, "all", {{"per_class", "2"}, {"split", split}, {"replicate", replicate}}).task);
    }
  }
}

TEST_CASE("pick: what was chosen is a fact, whatever later results say, and may be given") {
  const auto study = flex();
  const Plan before = compiled(study);
  const auto outcomes = support::all_finished(before, score);
  CompileOptions options;
  options.decided = compiled(study, outcomes).selections;
  REQUIRE(options.decided.size() == 8);
  const Plan again = compiled(
      study, support::all_finished(before, [](const PlannedRun& run) { return unit_of(run) == 3 ? 950 : 1; }), options);
  REQUIRE(again.selections.size() == options.decided.size());
  for (std::size_t i = 0; i < again.selections.size(); ++i)
    CHECK(frame::to_bytes(again.selections[i]) == frame::to_bytes(options.decided[i]));
  CHECK(*run_where(again, "flex", {{"per_class", "2"}, {"replicate", "1"}}).label("chosen") == "all");

  CompileOptions giving;
  for (const auto& one : options.decided) {
    giving.decided.push_back({"", "flex", one.per, "", {{"chosen", "one"}, {"tuned_unit", "1"}}, "", {}});
  }
  const Plan given = compiled(study, {}, giving);
  CHECK(*run_where(given, "flex", {{"per_class", "2"}}).label("tuned_unit") == "1");
  giving.decided[0].chosen[1].value = "4";
  const auto said = compile(study, support::small_facts(), {}, giving).diagnostics;
  REQUIRE_FALSE(said.empty());
  CHECK_THAT(study::format(said[0], "study"), Catch::Contains("is not one of the settings to choose from"));
}

TEST_CASE("pick: of a failed candidate it says which, and one that picks from a pick waits for it") {
  auto study = flex();
  study.experiments.push_back(
      experiment("top", {axis("per_class", {1, 2}), axis("replicate", {1, 2})}, {{"units", "F(1)T(2-3)"}}));
  study.experiments.push_back(pick("both", {"flex", "top"}, kEach));
  study.experiments.push_back(
      experiment("more", {axis("per_class", {1, 2}), axis("replicate", {1, 2})}, {{"tuned_unit", "all"}}));
  study.experiments.back().start = study::Start{"flex", kEach, {}};
  const Plan before = compiled(study);
  CHECK(run_where(before, "more", {{"per_class", "1"}}).waits_for.starts_with("flex//0/"));
  for (const auto& run : before.runs) {  // whichever is chosen, "more" starts from its network
    const bool is_candidate = run.experiment == "one" || run.experiment == "all";
    const auto* task = task_of(before, run.task);
    if (task) CHECK((task->record.keep == task::Keep::last) == is_candidate);
  }

  auto outcomes =
      support::all_finished(before, [](const PlannedRun& run) { return run.experiment == "top" ? 990 : score(run); });
  const Plan after = compiled(study, outcomes);
  const auto& both = run_where(after, "both", {{"per_class", "1"}, {"split", "1"}, {"replicate", "1"}});
  CHECK(*both.label("chosen") == "top");
  CHECK(both.label("tuned_unit") == nullptr);
  const auto& more = run_where(after, "more", {{"per_class", "1"}, {"split", "2"}, {"replicate", "2"}});
  const auto& picked = run_where(after, "flex", {{"per_class", "1"}, {"split", "2"}, {"replicate", "2"}});
  const auto& more_units = task::training(*task_of(after, more.task)).units;
  CHECK(more_units[1].start.task == picked.task);  // the unit that was tuned; the others are still the source's
  CHECK(more_units[0].start.task != picked.task);

  const auto& bad =
      run_where(before, "one", {{"per_class", "1"}, {"split", "1"}, {"replicate", "1"}, {"tuned_unit", "2"}});
  outcomes[bad.task].state = task::RunState::quarantined;
  const Plan failed = compiled(study, outcomes);
  const auto& aborted = run_where(failed, "flex", {{"per_class", "1"}, {"split", "1"}, {"replicate", "1"}});
  CHECK_THAT(aborted.aborted,
             Catch::Contains("its choice cannot be made: 1 of its runs have no result: one: tuned_unit=2"));
  CHECK(*run_where(failed, "flex", {{"per_class", "1"}, {"split", "2"}}).label("chosen") == "one");
}

TEST_CASE("pick: --only keeps the candidates that a choice still waits for") {
  const auto study = flex();
  CompileOptions options;
  options.only = "experiment == \"flex\" and per_class == 1 and split == 1 and replicate == 1";

  const Plan plan = compiled(study, {}, options);

  CHECK(plan.tasks.size() == 5);  // three units, all of them, and the pretraining
}

TEST_CASE("take: choices for each split and replicate, from swaps") {
  auto study = same_classes();
  study.experiments = {experiment("all", {axis("replicate", {1, 2})}, {{"tuned_unit", "all"}}),
                       experiment("swaps", {axis("tuned_unit", {1, 2, 3}), axis("replicate", {1, 2})}),
                       experiment("named", {axis("replicate", {1, 2})})};
  study.experiments[1].kind = "evaluate";
  study.experiments[1].units_from.push_back(
      {{}, {}, study::Start{"all", {"target", "split", "replicate"}, {}}, "", "tuned_unit"});
  study.experiments[2].takes = {support::take({"tuned_unit"}, {"swaps"}, {"target", "split", "replicate"})};
  study.experiments[2].takes[0].mean_over.clear();
  const Plan before = compiled(study);
  const auto outcomes = [&] {
    Outcomes all;
    for (const auto& task : before.tasks) {
      if (task.kind() == task::WorkKind::training) all[task.id] = support::finished(task, 500);
    }
    for (const auto& run : before.runs) {
      if (run.experiment != "swaps") continue;
      TaskOutcome outcome;
      outcome.state = task::RunState::done;
      outcome.recorded = task_of(before, run.task)->record;
      const int right =
          number(run, "tuned_unit") == 1 + (number(run, "split") + number(run, "replicate")) % 3 ? 900 : 100;
      outcome.rows = {
          testing::measured_row(0, metrics::Subset::valid, 1, right, right, 1000, run.images(metrics::Subset::valid))};
      all[run.task] = outcome;
    }
    return all;
  }();

  const Plan after = compiled(study, outcomes);

  for (int split = 1; split <= 2; ++split) {
    for (int replicate = 1; replicate <= 2; ++replicate) {
      const auto& run =
          run_where(after, "named", {{"split", std::to_string(split)}, {"replicate", std::to_string(replicate)}});
      CHECK(number(run, "tuned_unit") == 1 + (split + replicate) % 3);
      CHECK_FALSE(run.task.empty());
    }
  }
}

}  // namespace espalier::plan
