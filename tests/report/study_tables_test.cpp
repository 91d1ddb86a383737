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
  CHECK(table.exact.header.back() == "folds");
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

namespace {

/// Targets by methods, over three splits.
testing::StateBuilder with_distances(testing::StateBuilder builder, const std::string& network = "caffenet",
                                     const std::string& unit = "7") {
  struct Far {
    const char* target;
    double cosine, svm;
  };
  for (const Far& far : {Far{"near", .1, .6}, {"middle", .3, .9}, {"far", .5, .8}}) {
    for (int split = 1; split <= 3; ++split) {
      for (const std::string method : {"cosine", "svm"}) {
        const double value = method == "cosine" ? far.cosine : far.svm;
        builder.done("distances",
                     {{"source", "s"},
                      {"target", far.target},
                      {"network", network},
                      {"features", unit},
                      {"method", method},
                      {"split", std::to_string(split)},
                      {"replicate", "1"}},
                     {.distance = value + .01 * (split - 2), .floor = .02});
      }
    }
  }
  return builder;
}

}  // namespace

TEST_CASE(
    "study tables: distances have a row for each target, nearest first, with floors and the agreement of orders") {
  auto wanted = asked(study::TableKind::distances);
  wanted.experiment = "distances";

  const auto table = table_of(with_distances({}).state(), wanted);

  REQUIRE(table.problem.empty());
  REQUIRE(table.parts.size() == 2);
  const auto& words = table.parts[0].words;
  CHECK(words.header == std::vector<std::string>{"target", "cosine", "floor of cosine", "svm", "floor of svm"});
  CHECK(words.rows.at(0) ==
        std::vector<std::string>{"near", "0.100 ± 0.025", "0.020 ± 0.000", "60.0 % ± 2.5 %", "2.0 % ± 0.0 %"});
  CHECK(words.rows.at(2).at(0) == "far");
  CHECK(table.parts[1].words.rows.at(0) == std::vector<std::string>{"cosine and svm", "0.500", "0.333", "3"});
  CHECK(table.exact.rows.size() == 12);
}

TEST_CASE("study tables: the recommendation counts how often tuning came out as the advice of its cell") {
  auto wanted = asked(study::TableKind::recommendation);
  wanted.ratio.distances.experiment = "distances";
  auto builder = with_distances(testing::tuning_state());

  const auto table = table_of(builder.state(), wanted);

  REQUIRE(table.problem.empty());
  const auto& rows = table.parts.at(0).words.rows;
  REQUIRE(rows.size() == 3);
  // near: freezing is better at 1 and 10 images (both low); at 100 (large) 0.8 * 100^0.05 is 1.007: within its interval
  CHECK(rows[0][1] == "freeze: 2 of 2 agree; tuned higher 0 (0), frozen higher 2 (2)");
  CHECK(rows[0][2] == "try both: no setting here");
  CHECK(rows[0][3] == "tune: 1 of 1 agree; tuned higher 1 (0), frozen higher 0 (0)");
  CHECK(rows[2][1] == "try both: 0 of 2 agree; tuned higher 2 (2), frozen higher 0 (0)");
  CHECK(rows[2][3] == "tune: 1 of 1 agree; tuned higher 1 (1), frozen higher 0 (0)");
  CHECK_THAT(table.note, Contains("5 of 5 settings agree by the sign"));
  CHECK_THAT(table.note, Contains("The thresholds are calibrated for CaffeNet's fc7"));
  CHECK(table.exact.rows.size() == 9);
}

TEST_CASE(
    "study tables: other networks and thresholds are said not to be calibrated, unmeasured settings are counted") {
  auto wanted = asked(study::TableKind::recommendation);
  wanted.ratio.distances.experiment = "distances";
  auto builder = with_distances(testing::tuning_state(), "caffenet", "6");
  for (const auto& units : {testing::kTuned, testing::kFrozen}) {
    builder.done("targets", testing::tuning_cell("unknown", "1", units, 1), {});
    builder.done("targets", testing::tuning_cell("near", "all", units, 1), {});
  }

  const auto table = table_of(builder.state(), wanted);

  CHECK_THAT(table.note, Contains("not calibrated") && Contains("2 settings have no place yet"));
  wanted.ratio.distances.method = "mmd";
  CHECK_THAT(table_of(builder.state(), wanted).problem, Contains("'distances' has no distances by 'mmd'"));
}
