// Selections: when they are due, what they choose, and what follows for the runs that take their values.
#include "plan/select/selections.hpp"

#include <catch2/catch.hpp>

#include "espalier/plan/plan.hpp"
#include "support/planning.hpp"
#include "support/plested_study.hpp"

namespace espalier::plan {
namespace {

using support::axis;
using support::compiled;
using support::experiment;
using support::number;
using support::run_where;
using support::task_of;

/// Two experiments: "first" over transferred, "second" takes the best of it, size by size.
study::Study chain(int splits = 2) {
  auto made = support::small_study(splits, 4);
  auto second = experiment("second", {axis("frozen", {0, 1}), axis("per_class", {1, 2})});
  second.takes = {support::take({"transferred"}, {"first"}, {"per_class"})};
  made.experiments = {experiment("first", {axis("transferred", {1, 2, 3}), axis("per_class", {1, 2})}), second};
  return made;
}

const SelectionOutcome& selection_for(const Plan& plan, const std::string& experiment, const std::string& size) {
  for (const auto& made : plan.selections) {
    if (made.experiment == experiment && made.per == std::vector<Label>{{"per_class", size}}) return made;
  }
  throw std::runtime_error("no selection for " + experiment + " at " + size);
}

}  // namespace

TEST_CASE("plan: runs that take values are later until their inputs are done, and keep their ids") {
  const auto study = chain();
  const Plan before = compiled(study);

  CHECK(before.experiments[1].runs == 8);
  CHECK(before.experiments[1].later == 8);
  const auto& waiting = run_where(before, "second", {{"per_class", "1"}, {"frozen", "1"}, {"split", "1"}});
  CHECK(*waiting.label("transferred") == "later");
  CHECK(waiting.task.empty());
  CHECK(waiting.waits_for == "second//0/per_class=1");
  REQUIRE(before.pending.size() == 2);
  CHECK(before.pending[0].needs.size() == 6);

  const auto outcomes = support::all_finished(before, [](const PlannedRun& run) {
    return run.experiment == "first" && number(run, "transferred") == 2 ? 800 : 700;
  });
  const Plan after = compiled(study, outcomes);

  CHECK(after.experiments[1].later == 0);
  CHECK(after.pending.empty());
  const auto& settled = run_where(after, "second", {{"per_class", "1"}, {"frozen", "1"}, {"split", "1"}});
  CHECK(*settled.label("transferred") == "2");
  CHECK(settled.id == waiting.id);
  CHECK_FALSE(settled.task.empty());
  const auto& free = run_where(after, "second", {{"per_class", "1"}, {"frozen", "0"}, {"split", "1"}});
  CHECK(free.task == run_where(after, "first", {{"per_class", "1"}, {"transferred", "2"}, {"split", "1"}}).task);
}

TEST_CASE("plan: a selection counts replicates where each draws its own training images, else the one split") {
  auto study = chain(1);
  study.experiments[0].axes.push_back(axis("replicate", {1, 2, 3, 4}));
  study.experiments[0].axes[1].values = {1};
  study.experiments[1].axes[1].values = {1};
  study.experiments[1].takes[0].mean_over.push_back("replicate");
  const auto candidate = [&](const std::string& redraw) {
    study.targets[0].sample = study::TargetSample{{}, true, true, redraw};
    const auto outcomes = support::all_finished(compiled(study), [](const PlannedRun& run) {
      return 500 + 100 * static_cast<int>(number(run, "transferred")) + static_cast<int>(number(run, "replicate"));
    });
    return selection_for(compiled(study, outcomes), "second", "1").candidates.front();
  };

  const auto shared = candidate(""), own = candidate("replicate");

  CHECK(shared.splits == 1);
  CHECK(own.splits == 4);
  CHECK(own.wins == 4);
  CHECK(own.mean == Approx(shared.mean));
}

TEST_CASE("plan: another n than 6 can be best at one size, and rules then see the value taken") {
  const auto study = support::plested_study();
  const auto best_n = [](const PlannedRun& run) {
    const bool full = *run.label("per_class") == "all";
    if (run.experiment == "3.5") return number(run, "frozen") == (full ? 0 : 2) ? 900 : 600;
    return number(run, "transferred") == (full ? 5 : 6) && *run.label("decay_epoch") == "30" &&
                   *run.label("high_units") == "1"
               ? 800
               : 500;
  };
  const Plan first = compiled(study);
  Outcomes outcomes = support::all_finished(first, best_n);
  const Plan second = compiled(study, outcomes);

  CHECK(*run_where(second, "3.5", {{"per_class", "all"}}).label("transferred") == "5");
  CHECK(*run_where(second, "3.5", {{"per_class", "8"}}).label("transferred") == "6");
  CHECK(second.experiments[4].runs == 192);
  CHECK(second.experiments[4].excluded.at("frozen beyond transferred") == 4);
  CHECK(second.experiments[5].later == 28);

  for (const auto& run : second.runs) {
    const auto* task = task_of(second, run.task);
    if (task && !outcomes.contains(run.task)) outcomes[run.task] = support::finished(*task, best_n(run));
  }
  const Plan third = compiled(study, outcomes);
  CHECK(third.experiments[5].later == 0);
  const auto& optimal = run_where(third, "3.6", {{"case", "optimal"}, {"per_class", "4"}, {"split", "3"}});
  CHECK(*optimal.label("transferred") == "6");
  CHECK(*optimal.label("frozen") == "2");
  CHECK(optimal.task == run_where(third, "3.5", {{"frozen", "2"}, {"per_class", "4"}, {"split", "3"}}).task);
}

TEST_CASE("plan: the paper's counts: 1,036 runs of which 224 come later, 1,032 once its selections are given") {
  const auto study = support::plested_study();
  const Plan before = compiled(study);
  std::int64_t runs = 0, later = 0;
  for (const auto& one : before.experiments) {
    runs += one.runs;
    later += one.later;
  }
  CHECK(runs == 1036);
  CHECK(later == 224);

  CompileOptions options;
  const std::vector<int> n = {6, 6, 6, 6, 6, 6, 5}, e = {10, 5, 3, 3, 3, 0, 30}, k = {6, 5, 5, 1, 1, 0, 0};
  for (std::size_t i = 0; i < n.size(); ++i) {
    const Label transferred{"transferred", std::to_string(n[i])}, decay{"decay_epoch", std::to_string(e[i])};
    options.decided.push_back(support::given("3.5", support::kPlestedSizes[i], {transferred, decay}));
    options.decided.push_back(support::given(
        "3.6", support::kPlestedSizes[i], {transferred, decay, {"high_units", "1"}, {"frozen", std::to_string(k[i])}}));
  }
  const Plan after = compiled(study, {}, options);
  CHECK(after.runs.size() == 1032);
  CHECK(after.pending.empty());
  CHECK(support::pretrainings(after).size() == 4);
}

TEST_CASE("plan: what was decided is a fact, whatever later results say") {
  const auto study = chain();
  const Plan before = compiled(study);
  const auto outcomes = support::all_finished(before, [](const PlannedRun& run) {
    return run.experiment == "first" && number(run, "transferred") == 2 ? 800 : 700;
  });
  const Plan decided = compiled(study, outcomes);
  CompileOptions options;
  options.decided = decided.selections;
  REQUIRE(options.decided.size() == 2);
  options.decided[0].chosen = {{"transferred", "3"}};

  const Plan again = compiled(study, outcomes, options);

  CHECK(again.selections.size() == 2);
  const std::string size = options.decided[0].per[0].value;
  CHECK(*run_where(again, "second", {{"per_class", size}}).label("transferred") == "3");
}

TEST_CASE("plan: a failed input aborts the dependents and says which run failed, unless missing ones are allowed") {
  auto study = chain();
  const Plan before = compiled(study);
  auto outcomes = support::all_finished(before, [](const PlannedRun& run) { return 600 + number(run, "split"); });
  const auto& bad = run_where(before, "first", {{"transferred", "3"}, {"per_class", "1"}, {"split", "2"}});
  outcomes[bad.task].state = task::RunState::quarantined;
  outcomes[bad.task].cause = "trainer killed by signal 9";

  const Plan after = compiled(study, outcomes);

  const auto& dependent = run_where(after, "second", {{"per_class", "1"}});
  CHECK(dependent.task.empty());
  CHECK(dependent.aborted.find("transferred=3, per_class=1, split=2 (quarantined: trainer killed by signal 9)") !=
        std::string::npos);
  CHECK(run_where(after, "second", {{"per_class", "2"}}).aborted.empty());
  CHECK_FALSE(selection_for(after, "second", "1").reason.empty());

  study.experiments[1].takes[0].allow_missing = true;
  const Plan allowed = compiled(study, outcomes);
  CHECK(run_where(allowed, "second", {{"per_class", "1"}}).aborted.empty());
  CHECK(selection_for(allowed, "second", "1").candidates.size() == 3);
}

TEST_CASE("plan: an aborted run is a failed input of the next selection") {
  auto study = chain(1);
  auto third = experiment("third", {axis("per_class", {1})});
  third.takes = {support::take({"transferred", "frozen"}, {"second"}, {"per_class"})};
  study.experiments.push_back(third);
  const Plan before = compiled(study);
  CHECK(before.pending.back().needs.empty());  // its inputs are later themselves
  auto outcomes = support::all_finished(before, [](const PlannedRun&) { return 600; });
  outcomes[run_where(before, "first", {{"per_class", "1"}}).task].state = task::RunState::failed;

  const Plan after = compiled(study, outcomes);

  CHECK(run_where(after, "third", {}).aborted.find("second: ") != std::string::npos);
}

TEST_CASE("plan: a selection that may choose what cannot be trained is refused at once, unless a rule excludes it") {
  auto study = chain(1);  // no rule keeps frozen below what is taken
  study.experiments[1].axes[0].values = {0, 2};

  const std::string refused = support::complaints(study);

  CHECK(refused.find("frozen = 2 exceeds transferred = 1") != std::string::npos);
  CHECK(refused.find("a selection may choose so") != std::string::npos);
  study.experiments[1].excludes = {{{}, "beyond", "frozen > transferred"}};
  CHECK(compiled(study).experiments[1].later == 4);
}

TEST_CASE("plan: a value given that cannot be trained aborts the run with the reason") {
  auto study = chain(1);
  study.experiments[1].axes[0].values = {0, 2};
  CompileOptions options;
  options.decided = {support::given("second", 1, {{"transferred", "1"}}),
                     support::given("second", 2, {{"transferred", "3"}})};

  const Plan plan = compiled(study, {}, options);

  const auto& run = run_where(plan, "second", {{"frozen", "2"}, {"per_class", "1"}});
  CHECK(run.aborted.find("frozen = 2 exceeds transferred = 1") != std::string::npos);
}

TEST_CASE("plan: what a user gives must be asked for, and be one of the settings there are") {
  const auto complaint = [](const SelectionOutcome& given) {
    CompileOptions options;
    options.decided = {given};
    std::string text;
    for (const auto& one : plan::compile(chain(1), support::small_facts(), {}, options).diagnostics)
      text += one.problem.problem;
    return text;
  };

  CHECK(complaint(support::given("second", 1, {{"transferred", "2"}})).empty());
  CHECK(complaint(support::given("nobody", 1, {{"transferred", "2"}})).find("'nobody") != std::string::npos);
  CHECK(complaint(support::given("second", 11, {{"transferred", "2"}})).find("per_class=11") != std::string::npos);
  CHECK(complaint(support::given("second", 1, {{"transferred", "9"}})).find("not one of the settings") !=
        std::string::npos);
}

TEST_CASE("plan: a selection over all targets must say what becomes of them") {
  auto study = chain(1);
  study.targets.push_back(study.targets.front());
  study.targets.back().name = "second target";

  CHECK(support::complaints(study).find("average over 'target' unsaid") != std::string::npos);
}

TEST_CASE("plan: a size that cannot be is said once, not again by what would choose from it") {
  auto study = chain(1);
  for (auto& experiment : study.experiments) {
    for (auto& axis : experiment.axes) {
      if (axis.name == "per_class") axis.values = {1000};
    }
  }

  const std::string refused = support::complaints(study);

  CHECK(refused.find("1000") != std::string::npos);
  CHECK(refused.find("no run to choose from") == std::string::npos);
}

TEST_CASE("plan: a choice that was made stands for the question it answered, and for no other") {
  auto study = chain(1);
  const Plan before = compiled(study);
  const auto best_is = [&](int n) {
    return support::all_finished(before, [n](const PlannedRun& run) {
      return run.experiment == "first" && number(run, "transferred") == n ? 900 : 500;
    });
  };
  CompileOptions options;
  options.decided = compiled(study, best_is(3)).selections;
  const std::vector<Label> three = {{"transferred", "3"}}, two = {{"transferred", "2"}};

  CHECK(selection_for(compiled(study, best_is(2), options), "second", "1").chosen == three);
  study.experiments[1].takes[0].best = "valid.loss";
  CHECK(selection_for(compiled(study, best_is(2), options), "second", "1").metric == "valid.loss");
  study.experiments[1].takes[0].best = "valid.top1";
  study.experiments[0].axes[0].values = {1, 2};
  CHECK(selection_for(compiled(study, best_is(2), options), "second", "1").chosen == two);
}

TEST_CASE("plan: selections that cannot be right are refused when the study is read") {
  auto study = chain();
  study.experiments[1].takes[0].from = {"firts"};
  CHECK(support::complaints(study).find("Did you mean 'first'?") != std::string::npos);

  study = chain();
  study.experiments[0].takes = {support::take({"frozen"}, {"second"}, {"per_class"})};
  CHECK(support::complaints(study).find("in a circle: first takes from second takes from first") != std::string::npos);

  study = chain();
  study.experiments[1].takes[0].best = "fit.top1";
  CHECK(support::complaints(study).find("'fit.top1', which is not recorded") != std::string::npos);

  study = chain();
  study.experiments[1].takes[0].per.clear();
  CHECK(support::complaints(study).find("average over 'per_class' unsaid") != std::string::npos);

  study = chain();
  study.experiments[1].axes[1].values = {1, 5};
  CHECK(support::complaints(study).find("no run to choose from where per_class=5") != std::string::npos);
}

TEST_CASE("plan: experiments may choose from ones that stand below them") {
  auto study = chain();
  std::swap(study.experiments[0], study.experiments[1]);
  const Plan plan = compiled(study);
  CHECK(plan.experiments[0].name == "second");
  CHECK(plan.experiments[0].later == 8);
}

TEST_CASE("plan: a diverged setting ranks last but is no failure") {
  const auto study = chain();
  const Plan before = compiled(study);
  auto outcomes =
      support::all_finished(before, [](const PlannedRun& run) { return 500 + 100 * number(run, "transferred"); });
  auto& diverged = outcomes[run_where(before, "first", {{"transferred", "3"}, {"per_class", "1"}}).task];
  diverged.state = task::RunState::failed;
  diverged.diverged = true;
  diverged.cause = "diverged";

  const Plan after = compiled(study, outcomes);

  CHECK(*run_where(after, "second", {{"per_class", "1"}}).label("transferred") == "2");
  CHECK(*run_where(after, "second", {{"per_class", "2"}}).label("transferred") == "3");
  CHECK(selection_for(after, "second", "1").candidates.back().diverged == 1);
}

}  // namespace espalier::plan
