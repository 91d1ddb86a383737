// The table of wins, and what is told apart where values were chosen for each split or replicate.
#include <catch2/catch.hpp>

#include "report/html.hpp"
#include "report/tables/study_tables.hpp"
#include "support/state_builder.hpp"

using namespace espalier;
using Catch::Contains;

namespace {

using Words = std::vector<std::string>;

std::vector<plan::Label> cell(const std::string& size, int split, int replicate, const std::string& unit) {
  return {{"target", "t"},
          {"per_class", size},
          {"split", std::to_string(split)},
          {"replicate", std::to_string(replicate)},
          {"tuned_unit", unit}};
}

std::vector<plan::Label> picked(const std::string& size, int split, int replicate, const std::string& experiment,
                                const std::string& unit) {
  auto labels = cell(size, split, replicate, unit);
  labels.push_back({"chosen", experiment});
  return labels;
}

/// Two sizes, two splits, two replicates. Size 1: the pick has taken unit 1 of one replicate and unit 2 of the other;
/// unit 2 would have been better on test images. Size 5: both are equal.
testing::StateBuilder results() {
  testing::StateBuilder builder;
  for (int split = 1; split <= 2; ++split) {
    for (int replicate = 1; replicate <= 2; ++replicate) {
      const auto add = [&](const std::string& experiment, const std::vector<plan::Label>& labels, double top1) {
        builder.done(experiment, labels, {.test_top1 = top1});
      };
      const double level = .01 * split;
      add("one", cell("1", split, replicate, "1"), .5 + level);
      add("one", cell("1", split, replicate, "2"), .6 + level);
      add("one", cell("5", split, replicate, "1"), .7 + level);
      add("one", cell("5", split, replicate, "2"), .3 + level);
      add("all", cell("1", split, replicate, "all"), .52 + level);
      add("all", cell("5", split, replicate, "all"), .7 + level);
      const std::string unit = std::to_string(replicate);
      add("flex", picked("1", split, replicate, "one", unit), (replicate == 1 ? .5 : .6) + level);
      add("flex", picked("5", split, replicate, "one", "1"), .7 + level);
      for (const char* size : {"1", "5"}) {
        const std::string per = std::string("per_class=") + size + ",split=" + std::to_string(split) +
                                ",replicate=" + std::to_string(replicate);
        builder.selection(
            {"flex//0/" + per,
             "flex",
             {{"per_class", size}, {"split", std::to_string(split)}, {"replicate", std::to_string(replicate)}},
             "valid.top1",
             {{"chosen", "one"}, {"tuned_unit", size == std::string("1") ? unit : "1"}},
             "",
             {}});
      }
    }
  }
  return builder;
}

study::Study study_with(study::TableSpec asked) {
  study::Study study;
  study::Experiment flex;
  flex.name = "flex";
  flex.kind = "pick";
  flex.pick = study::Pick{{}, {"one", "all"}, "valid.top1", {"per_class", "split", "replicate"}};
  study.experiments = {flex};
  study.tables = {std::move(asked)};
  return study;
}

report::StudyTable wins(const store::State& state, const std::vector<std::string>& experiments) {
  study::TableSpec asked;
  asked.kind = study::TableKind::wins;
  asked.experiments = experiments;
  const report::Directory directory{"out", state};
  return report::make_study_tables(report::runs_of(directory), study_with(std::move(asked))).front();
}

}  // namespace

TEST_CASE("wins: each scenario's best is marked by exact means, ties count for each, and a pick has its regret") {
  const auto table = wins(results().state(), {"flex", "all"});

  REQUIRE(table.problem.empty());
  CHECK(table.name == "table-flex-wins");
  CHECK(table.title == "flex, all: which is best");
  REQUIRE(table.parts.size() == 2);
  const auto& words = table.parts[0].words;
  CHECK(words.header == Words{"per_class", "flex", "all", "regret of flex"});
  REQUIRE(words.rows.size() == 3);
  CHECK(words.rows[0] == Words{"1", "56.5 *", "53.5", "5.0"});
  CHECK(words.rows[1] == Words{"5", "71.5 *", "71.5 *", "0.0"});
  CHECK(words.rows[2] == Words{"best in", "2 of 2", "1 of 2", ""});
  CHECK(table.parts[1].title == "flex minus all");
  CHECK_THAT(table.parts[1].words.rows.at(0).at(3), Contains("+3.0"));
  CHECK(table.exact.rows.size() == 4);
  CHECK(table.exact.header == Words{"per_class", "experiment", "metric", "mean", "best", "regret"});
}

TEST_CASE("wins: a scenario that lacks a run counts for none, and settings that would be mixed are refused") {
  auto builder = results();
  builder.failed("all", cell("1", 3, 1, "all"), "trainer killed");
  const auto table = wins(builder.state(), {"flex", "all"});
  const auto& words = table.parts.at(0).words;
  CHECK(words.rows.at(0).at(1) == "56.5");
  CHECK(words.rows.at(2) == Words{"best in", "1 of 1", "1 of 1", ""});

  CHECK_THAT(wins(results().state(), {"one", "all"}).problem, Contains("'tuned_unit' varies within a cell"));
}

TEST_CASE("rank: sums over splits and replicates, 1 the best, with what was chosen beside them and colours") {
  study::TableSpec asked;
  asked.kind = study::TableKind::rank;
  asked.experiments = {"one", "flex"};
  asked.by = {"tuned_unit"};
  const report::Directory directory{"out", results().state()};
  const auto table = report::make_study_tables(report::runs_of(directory), study_with(asked)).front();

  REQUIRE(table.problem.empty());
  const auto& part = table.parts.at(0);
  CHECK(part.words.header == Words{"tuned_unit", "per_class 1", "per_class 5"});
  REQUIRE(part.words.rows.size() == 2);
  CHECK(part.words.rows[0] == Words{"1", "8, flex 2", "4, flex 4"});
  CHECK(part.words.rows[1] == Words{"2", "4, flex 2", "8"});
  CHECK(part.heat.at(0).at(1) == 0);
  CHECK(part.heat.at(0).at(2) == 1);
  CHECK(table.exact.rows.size() == 4);
  CHECK_THAT(report::html_table(part), Contains("var(--accent) 60%"));

  asked.by = {"per_clas"};
  CHECK_THAT(report::make_study_tables(report::runs_of(directory), study_with(asked)).front().problem,
             Contains("does not vary 'per_clas'"));
}

TEST_CASE("report: what was chosen for each replicate is a result, by which settings are not told apart") {
  const report::Directory directory{"out", results().state()};
  std::vector<report::RunView> flex, one;
  for (const auto& view : report::runs_of(directory)) {
    if (view.run->experiment == "flex") flex.push_back(view);
    if (view.run->experiment == "one") one.push_back(view);
  }
  CHECK(flex.front().setting("tuned_unit") == "chosen");
  CHECK(flex.front().value("tuned_unit") == "1");
  CHECK(one.front().setting("tuned_unit") == "1");
  CHECK(report::varying_axes(flex) == Words{"per_class"});
  CHECK(report::varying_axes(one) == Words{"per_class", "tuned_unit"});
  report::Query query;
  query.by = {"per_class"};
  CHECK(report::aggregate(flex, query).size() == 2);
  CHECK_THROWS(report::aggregate(one, query));
}
