// Which networks are kept where a study asks for its best or selected ones.
#include "espalier/plan/network_choice.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "support/planning.hpp"

namespace espalier::plan {
namespace {

using support::axis;
using support::compiled;
using support::experiment;
using support::number;

/// "first" over transferred and size; "second" takes the best of it for each size.
study::Study chain(const std::string& keep) {
  auto study = support::small_study(2, 4);
  study.train.keep = keep;
  auto second = experiment("second", {axis("frozen", {0, 1}), axis("per_class", {1, 2})});
  second.takes = {support::take({"transferred"}, {"first"}, {"per_class"})};
  study.experiments = {experiment("first", {axis("transferred", {1, 2, 3}), axis("per_class", {1, 2})}), second};
  return study;
}

/// Of 1000: two units transferred is the best of "first" at size 1, three at size 2; in "second" no frozen unit is.
int right(const PlannedRun& run) {
  if (run.experiment == "second") return 900 - number(run, "frozen");
  return number(run, "transferred") == number(run, "per_class") + 1 ? 800 : 700;
}

/// Every run ended with its network kept.
struct Ended {
  Plan plan;
  Outcomes outcomes;
};

Ended ended(const study::Study& study, const std::function<int(const PlannedRun&)>& accuracy = right) {
  Ended all{compiled(study), {}};
  for (int round = 0; round < 2; ++round) {  // the second experiment is planned once the first has ended
    all.outcomes = support::all_finished(all.plan, accuracy);
    for (auto& [id, outcome] : all.outcomes) outcome.has_network = true;
    all.plan = compiled(study, all.outcomes);
  }
  all.outcomes = support::all_finished(all.plan, accuracy);
  for (auto& [id, outcome] : all.outcomes) outcome.has_network = true;
  return all;
}

/// "first transferred=2 per_class=1" of the runs whose networks stay, splits left out.
std::set<std::string> kept(const Ended& all, const NetworkChoice& choice) {
  const std::set<TaskId> gone(choice.unchosen.begin(), choice.unchosen.end());
  std::set<std::string> names;
  for (const auto& run : all.plan.runs) {
    if (gone.contains(run.task)) continue;
    const auto* frozen = run.label("frozen");
    names.insert(run.experiment + " " + *run.label("transferred") + "/" +
                 (run.experiment == "second" && frozen ? *frozen : "-") + " at " + *run.label("per_class"));
  }
  return names;
}

}  // namespace

TEST_CASE("network choice: selected keeps the runs of the settings that a take chose, in all splits") {
  const auto study = chain("selected");
  const auto all = ended(study);

  const auto choice = choose_networks(all.plan, study, all.outcomes);

  CHECK(choice.missing.empty());
  const auto names = kept(all, choice);
  CHECK(names.contains("first 2/- at 1"));
  CHECK(names.contains("first 3/- at 2"));
  CHECK_FALSE(names.contains("first 1/- at 1"));
  CHECK_FALSE(names.contains("second 2/1 at 1"));
}

TEST_CASE("network choice: best keeps the setting that ranks first by validation for each experiment and size, too") {
  const auto study = chain("best");
  const auto all = ended(study);

  const auto names = kept(all, choose_networks(all.plan, study, all.outcomes));

  CHECK(names == std::set<std::string>{"first 2/- at 1", "first 3/- at 2", "second 2/0 at 1", "second 3/0 at 2"});
}

TEST_CASE("network choice: a size that is all there is has its runs, whose labels say a number") {
  auto study = chain("selected");
  const auto facts = support::small_facts();
  const auto& letters = facts.data.at("letters");
  const auto all_there_is = static_cast<std::int64_t>(letters.class_counts.front()) - 3 - 5;
  for (auto& one : study.experiments) one.axes.back().values = {std::int64_t{1}, all_there_is};
  const auto all = ended(study, [](const PlannedRun& run) {
    return run.experiment == "second" || number(run, "transferred") == 2 ? 800 : 700;
  });

  const auto names = kept(all, choose_networks(all.plan, study, all.outcomes));

  const auto size = std::to_string(all_there_is);
  CHECK(names.contains("first 2/- at " + size));
  CHECK_FALSE(names.contains("first 1/- at 1"));
  CHECK_FALSE(names.contains("first 1/- at " + size));
}

TEST_CASE("network choice: nothing is said while a run has not ended, and sources are never among them") {
  const auto study = chain("best");
  auto all = ended(study);
  const auto choice = choose_networks(all.plan, study, all.outcomes);
  const auto sources = support::pretrainings(all.plan);
  for (const auto& task : choice.unchosen) CHECK_FALSE(sources.contains(task));
  REQUIRE_FALSE(choice.unchosen.empty());

  all.outcomes[all.plan.runs.front().task].state = task::RunState::running;

  CHECK(choose_networks(all.plan, study, all.outcomes).unchosen.empty());
}

TEST_CASE("network choice: what was chosen and is not kept is told; without validation nothing is given up") {
  const auto study = chain("best");
  auto all = ended(study);
  for (auto& [id, outcome] : all.outcomes) outcome.has_network = false;
  const auto lost = choose_networks(all.plan, study, all.outcomes);
  CHECK(lost.unchosen.empty());
  CHECK_FALSE(lost.missing.empty());

  for (auto& [id, outcome] : all.outcomes) {
    outcome.has_network = true;
    outcome.rows.clear();
  }

  CHECK(choose_networks(all.plan, study, all.outcomes).unchosen.empty());
}

TEST_CASE("network choice: other values of keep are left alone") {
  for (const char* keep : {"none", "last"}) {
    const auto study = chain(keep);
    const auto all = ended(study);
    const auto choice = choose_networks(all.plan, study, all.outcomes);
    CHECK(choice.unchosen.empty());
    CHECK(choice.missing.empty());
  }
}

}  // namespace espalier::plan
