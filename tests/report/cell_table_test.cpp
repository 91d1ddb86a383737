// Cells and contrasts as rows: rounded for readers, exact for programs, and what stands where a number is missing.
#include "espalier/report/cell_table.hpp"

#include <catch2/catch.hpp>

#include "report_fixture.hpp"

using namespace espalier;
using report::WordTable;

namespace {

using Row = std::vector<std::string>;

report::Query by(std::vector<std::string> axes, metrics::Metric metric = metrics::Metric::top1) {
  report::Query query;
  query.by = std::move(axes);
  query.metric.metric = metric;
  return query;
}

stats::CellSummary measured() {
  stats::CellSummary cell;
  cell.group = {"2"};
  cell.counts = {3, 3, 0, 0};
  cell.summary = {3, 1.0 / 3, 0.015625, stats::Interval{0.25, 0.5}};
  cell.sd_within = 0.0625;
  return cell;
}

/// A cell whose only run diverged.
stats::CellSummary empty() {
  stats::CellSummary cell;
  cell.group = {"6"};
  cell.counts = {1, 0, 1, 0};
  return cell;
}

stats::Contrast contrast() {
  stats::Contrast made;
  made.group = {"8"};
  made.pairs = 3;
  made.mean_a = {3, 0.75, 0.1, std::nullopt};
  made.mean_b = {3, 0.5, 0.1, std::nullopt};
  made.difference = {{3, 0.25, 0.01, stats::Interval{0.125, 0.375}}, 0.03125};
  made.ratio = stats::Ratio{1.5, stats::Interval{1.25, 1.75}};
  made.a = made.b = {3, 3, 0, 0};
  return made;
}

}  // namespace

TEST_CASE("cell table: accuracies are shown in percent, losses as they are") {
  const auto accuracy = report::readable(std::vector{measured()}, by({"transferred"}));
  CHECK(accuracy.header == Row{"transferred", "test.top1 %", "95 % interval", "sd", "sd within", "splits", "runs"});
  CHECK(accuracy.rows == std::vector<Row>{{"2", "33.3", "[25.0, 50.0]", "1.6", "6.2", "3", "3"}});

  const auto loss = report::readable(std::vector{measured()}, by({"transferred"}, metrics::Metric::loss));
  CHECK(loss.header[1] == "test.loss");
  CHECK(loss.rows[0][1] == "0.333");
}

TEST_CASE("cell table: where nothing was measured a reader sees dashes and a program sees nothing") {
  const std::vector cells = {empty()};

  CHECK(report::readable(cells, by({"transferred"})).rows[0] ==
        Row{"6", "-", "-", "-", "-", "0", "0 of 1, 1 diverged"});
  CHECK(report::exact(cells, by({"transferred"})).rows[0] ==
        Row{"6", "test.top1", "0", "", "", "", "", "", "1", "0", "1", "0", "0", "0", "split", ""});
}

TEST_CASE("cell table: a single split has a mean and no spread") {
  auto cell = measured();
  cell.summary = {1, 0.5, 0, std::nullopt};

  CHECK(report::readable(std::vector{cell}, by({"t"})).rows[0][3] == "-");
  CHECK(report::exact(std::vector{cell}, by({"t"})).rows[0][4].empty());
}

TEST_CASE("cell table: exact numbers read back as the same bits") {
  const auto row = report::exact(std::vector{measured()}, by({"transferred"})).rows[0];

  CHECK(std::stod(row[3]) == 1.0 / 3);
  CHECK(row == Row{"2", "test.top1", "3", row[3], "0.015625", "0.25", "0.5", "0.0625", "3", "3", "0", "0", "0", "0",
                   "split", ""});
}

TEST_CASE("cell table: splits that were left out are said with the runs") {
  auto cell = measured();
  cell.incomplete = {"2", "3"};

  CHECK(report::readable(std::vector{cell}, by({"t"})).rows[0].back() == "3; 2 incomplete splits left out");
  CHECK(report::exact(std::vector{cell}, by({"t"})).rows[0].at(13) == "2");
}

TEST_CASE("cell table: what is over the folds of one split says so, and targets are counted by their name") {
  auto cell = measured();
  cell.summary = {1, 0.5, 0.015625, stats::Interval{0.25, 0.75}, 5};
  const auto row = report::readable(std::vector{cell}, by({"t"})).rows[0];
  CHECK(row == Row{"2", "50.0", "[25.0, 75.0] (corrected)", "1.6", "6.2", "1 (5 folds)", "3"});
  CHECK(report::exact(std::vector{cell}, by({"t"})).rows[0].back() == "5");
  auto one = contrast();
  one.difference.difference.folds = 5;
  one.difference.difference.n = 1;
  const auto compared = report::readable(std::vector{one}, by({"t"}), "A", "B").rows[0];
  CHECK(compared[4] == "[12.5, 37.5] (corrected)");
  CHECK(compared[7] == "1 (5 folds)");

  auto over_targets = by({"t"});
  over_targets.unit = "target";
  CHECK(report::readable(std::vector{measured()}, over_targets).header.at(5) == "targets");
  const auto exact = report::exact(std::vector{measured()}, over_targets);
  CHECK(exact.header.at(2) == "targets");
  CHECK(exact.rows[0].at(14) == "target");
}

TEST_CASE("cell table: a contrast has both sides, a signed difference, and the ratio with its interval") {
  const auto table = report::readable(std::vector{contrast()}, by({"per_class"}), "A", "B");

  CHECK(table.header ==
        Row{"per_class", "test.top1 % of A", "of B", "difference", "95 % interval", "p", "ratio", "splits", "pairs"});
  CHECK(table.rows ==
        std::vector<Row>{{"8", "75.0", "50.0", "+25.0", "[12.5, 37.5]", "0.031", "1.500 [1.250, 1.750]", "3", "3"}});
  CHECK(report::exact(std::vector{contrast()}, by({"per_class"})).rows[0] ==
        Row{"8", "test.top1", "3", "0.75", "0.5", "0.25", "0.125", "0.375", "0.03125", "1.5", "1.25", "1.75", "3", "0",
            "0", "split", ""});
}

TEST_CASE("cell table: a contrast says who has no partner and which side is not complete") {
  auto one = contrast();
  one.difference = {{2, -0.25, 0.01, std::nullopt}, 1};
  one.ratio.reset();
  one.unpaired = 1;
  one.incomplete = {"3"};
  one.a = {3, 2, 1, 0};

  const auto row = report::readable(std::vector{one}, by({"per_class"}), "A", "B").rows[0];
  CHECK(row == Row{"8", "75.0", "50.0", "-25.0", "-", "-", "-", "2",
                   "3, 1 without partner; 1 incomplete splits left out; a: 2 of 3, 1 diverged"});
  const auto exact = report::exact(std::vector{one}, by({"per_class"})).rows[0];
  CHECK(Row(exact.begin() + 6, exact.end()) == Row{"", "", "", "", "", "", "3", "1", "1", "split", ""});
}

TEST_CASE("cell table: fields with a comma or a quote are quoted in CSV") {
  const WordTable table{{"case", "mean"}, {{"a,b", "1"}, {"say \"x\"", "2"}}};

  CHECK(report::csv(table) == "case,mean\n\"a,b\",1\n\"say \"\"x\"\"\",2\n");
}

TEST_CASE("cell table: a pivot has the values of one axis down and of another across, in their order") {
  const std::vector<report::Directory> directories = {{"out", testing::fixture_state().state()}};
  const auto views = report::select(report::runs_of(directories), {{"experiment", {"transferred"}}});

  const auto table = report::pivot(views, "transferred", "per_class", by({}).metric);
  CHECK(table.header == Row{"transferred", "per_class 1", "per_class 5", "per_class all"});
  REQUIRE(table.rows.size() == 3);
  CHECK(table.rows[0] == Row{"0", "22.0 ± 2.5", "32.0 ± 2.5", "42.0 ± 2.5"});
  CHECK(table.rows[2][2] == "62.0 (2 of 3, 1 diverged)");

  const auto sizes = report::select(views, {{"per_class", {"1"}}});
  CHECK(report::pivot(sizes, "transferred", "", by({}).metric).header == Row{"transferred", "test.top1"});
  CHECK(report::pivot(sizes, "transferred", "", by({}).metric).rows[1] == Row{"2", "34.0 ± 5.0"});
}
