// The tables that a study asks for.
#include "report/tables/study_tables.hpp"

#include <catch2/catch.hpp>

#include "tuning_fixture.hpp"

using namespace espalier;
using Catch::Contains;

namespace {

report::StudyTable table_of(const store::State& state, study::TableSpec asked) {
  const report::Directory directory{"out", state};
  study::Study study;
  study.tables = {std::move(asked)};
  return report::make_study_tables(report::runs_of(directory), study).front();
}

study::TableSpec asked(study::TableKind kind) {
  study::TableSpec table;
  table.kind = kind;
  table.experiment = "targets";
  table.ratio = testing::tuned_over_frozen();
  return table;
}

}  // namespace

TEST_CASE("study tables: a ratio has a row for each pair of cells, the axes that were asked for first") {
  auto wanted = asked(study::TableKind::ratio);
  wanted.by = {"per_class"};

  const auto table = table_of(testing::tuning_state().state(), wanted);

  REQUIRE(table.problem.empty());
  CHECK(table.name == "table-targets-ratio");
  CHECK(table.title == "targets: units=T(1-6)R(7) over units=F(1-6)R(7)");
  const auto& words = table.parts.at(0).words;
  CHECK(std::vector(words.header.begin(), words.header.begin() + 2) == std::vector<std::string>{"per_class", "target"});
  REQUIRE(words.rows.size() == 9);
  CHECK(words.rows[0][1] == "near");
  CHECK_THAT(words.rows[0].at(7), Contains("0.800 [0.780, 0.820]"));
  CHECK(table.exact.rows.size() == 9);
}

TEST_CASE("study tables: raw has every cell, and a title of the study's choice") {
  auto wanted = asked(study::TableKind::raw);
  wanted.title = "Figure 3";

  const auto table = table_of(testing::tuning_state().state(), wanted);

  CHECK(table.title == "Figure 3");
  CHECK(table.parts.at(0).words.rows.size() == 18);
  CHECK(table.parts[0].words.header.at(0) == "target");
  CHECK(table.exact.header.back() == "incomplete_splits");
}

TEST_CASE("study tables: what cannot be made says why, and two of one name have files of their own") {
  auto nowhere = asked(study::TableKind::raw);
  nowhere.experiment = "other";
  CHECK_THAT(table_of(testing::tuning_state().state(), nowhere).problem,
             Contains("This table cannot be made: no run of 'other' is here"));

  study::Study study;
  study.tables = {asked(study::TableKind::raw), asked(study::TableKind::raw)};
  const report::Directory directory{"out", testing::tuning_state().state()};
  const auto tables = report::make_study_tables(report::runs_of(directory), study);
  CHECK(tables.at(0).name == "table-targets-raw");
  CHECK(tables.at(1).name == "table-targets-raw-2");
}
