#include "plan/parent_runs.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "support/cpu_growth.hpp"

namespace espalier::plan {
namespace {

PlannedRun run(std::vector<Label> labels) {
  PlannedRun made;
  made.labels = std::move(labels);
  return made;
}

/// Two targets in three splits, each with units 1 or 2 tuned.
std::vector<PlannedRun> tuned() {
  std::vector<PlannedRun> runs;
  for (const char* target : {"a", "b"}) {
    for (const char* split : {"1", "2", "3"}) {
      for (const char* frozen : {"0", "1"})
        runs.push_back(run({{"target", target}, {"split", split}, {"frozen", frozen}}));
    }
  }
  return runs;
}

}  // namespace

TEST_CASE("plan: a parent run is the one with equal labels on the axes that find it") {
  const auto runs = tuned();
  const ParentRuns parents(runs, {"target", "split", "frozen"});

  const auto found = parents.of({{"per_class", "5"}, {"frozen", "1"}, {"split", "2"}, {"target", "b"}});

  REQUIRE(std::holds_alternative<FoundRun>(found));
  CHECK(runs[std::get<FoundRun>(found).index].labels ==
        std::vector<Label>{{"target", "b"}, {"split", "2"}, {"frozen", "1"}});
}

TEST_CASE("plan: where no parent run has the labels, they are told") {
  const auto runs = tuned();
  const auto found =
      ParentRuns(runs, {"target", "split", "frozen"}).of({{"target", "c"}, {"split", "1"}, {"frozen", "0"}});

  REQUIRE(std::holds_alternative<NoRun>(found));
  const auto error = error_of(std::get<NoRun>(found), {"tune", {"target", "split", "frozen"}, {}});
  CHECK(error.problem.problem == "experiment 'tune' has no run with target=c, split=1, frozen=0");
}

TEST_CASE("plan: where several parent runs have the labels, the axes they differ in are told") {
  const auto runs = tuned();
  const auto found = ParentRuns(runs, {"target"}).of({{"target", "a"}, {"split", "1"}});

  REQUIRE(std::holds_alternative<SeveralRuns>(found));
  CHECK(std::get<SeveralRuns>(found).runs == 6);
  CHECK(std::get<SeveralRuns>(found).differ == std::vector<std::string>{"frozen", "split"});
  CHECK(error_of(std::get<SeveralRuns>(found), {"tune", {"target"}, {}}).problem.why == "they differ in frozen, split");
}

TEST_CASE("plan: a label that is absent equals no value, and no axis at all finds a lone run") {
  const auto runs = std::vector{run({{"target", ""}})};

  CHECK(std::holds_alternative<NoRun>(ParentRuns(runs, {"target"}).of({{"split", "1"}})));
  CHECK(std::holds_alternative<FoundRun>(ParentRuns(runs, {"split"}).of({{"target", "x"}})));
  CHECK(std::holds_alternative<FoundRun>(ParentRuns(runs, {}).of({})));
}

TEST_CASE("plan: a parent run found by the index is the one that a search through all runs finds") {
  const bool holds = rc::check([] {
    const auto word = rc::gen::element<std::string>("", "1", "1'1", "-", "2");
    const auto labels = rc::gen::map(rc::gen::pair(word, word), [](const auto& values) {
      return std::vector<Label>{{"a", values.first}, {"b", values.second}};
    });
    std::vector<PlannedRun> runs;
    for (const auto& each : *rc::gen::container<std::vector<std::vector<Label>>>(labels)) runs.push_back(run(each));
    const auto wanted = *labels;

    const auto found = ParentRuns(runs, {"b", "a"}).of(wanted);

    std::vector<std::size_t> equal;
    for (std::size_t i = 0; i < runs.size(); ++i) {
      if (runs[i].labels == wanted) equal.push_back(i);
    }
    if (equal.size() == 1) RC_ASSERT(std::get<FoundRun>(found).index == equal[0]);
    else if (equal.empty()) RC_ASSERT(std::holds_alternative<NoRun>(found));
    else RC_ASSERT(std::get<SeveralRuns>(found).runs == equal.size());
  });
  CHECK(holds);
}

TEST_CASE("plan: runs find their parents in time in proportion to their number") {
  const auto find_all = [](int count) {
    std::vector<PlannedRun> runs;
    for (int i = 0; i < count; ++i) {
      runs.push_back(
          run({{"target", "t"}, {"per_class", std::to_string(i % 1000)}, {"split", std::to_string(i / 1000)}}));
    }
    const ParentRuns by_all(runs, {"per_class", "split"}), by_target(runs, {"target"});
    std::size_t right = 0;
    for (std::size_t i = 0; i < runs.size(); ++i) {
      right += std::get<FoundRun>(by_all.of(runs[i].labels)).index == i;
      right += std::get<SeveralRuns>(by_target.of(runs[i].labels)).runs == runs.size();
    }
    CHECK(right == 2 * runs.size());
  };

  CHECK(testing::cpu_growth(find_all, 10'000, 5) < 12);  // 25 where each looks at all others
}

}  // namespace espalier::plan
