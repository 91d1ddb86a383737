#include "espalier/report/wording.hpp"

#include <catch2/catch.hpp>

using namespace espalier;
using namespace espalier::report;
using metrics::Metric;
using metrics::Subset;

namespace {

constexpr metrics::MetricName kAccuracy{Subset::test, Metric::top1}, kLoss{Subset::valid, Metric::loss};

}  // namespace

TEST_CASE("wording: accuracies are percent with one decimal, losses have three") {
  CHECK(figure_of(kAccuracy, 0.5314) == "53.1");
  CHECK(figure_of(kLoss, 1.23456) == "1.235");
  CHECK(axis_title(kAccuracy) == "test top-1 accuracy (%)");
  CHECK(axis_title(kLoss) == "validation loss (nats)");
}

TEST_CASE("wording: a cell says its mean, its interval and what is missing") {
  stats::CellSummary cell;
  CHECK(cell_text(kAccuracy, cell) == "-");
  cell.summary.n = 3;
  cell.summary.mean = 0.531;
  CHECK(cell_text(kAccuracy, cell) == "53.1");
  CHECK(interval_text(kAccuracy, cell.summary.interval) == "-");
  cell.summary.interval = stats::Interval{0.511, 0.551};
  CHECK(cell_text(kAccuracy, cell) == "53.1 ± 2.0");
  CHECK(interval_text(kAccuracy, cell.summary.interval) == "[51.1, 55.1]");
}

TEST_CASE("wording: p-values stop at a thousandth") {
  CHECK(p_text(0.0417) == "0.042");
  CHECK(p_text(0.00099) == "<0.001");
}

TEST_CASE("wording: random halves overlap where there are several, listed splits where a target class comes twice") {
  study::Study study;
  study.split.kind = study::Split::Kind::random;
  study.split.count = 1;
  CHECK_FALSE(splits_overlap(study));
  study.split.count = 4;
  CHECK(splits_overlap(study));
  study.split.kind = study::Split::Kind::listed;
  study.split.listed = {{{0}, {1, 2}}, {{0}, {3}}};
  CHECK_FALSE(splits_overlap(study));
  study.split.listed[1].target = {2};
  CHECK(splits_overlap(study));
  CHECK(over_splits(1, false) == "from 1 split");
  CHECK(over_splits(4, true) == "over 4 overlapping splits");
}

TEST_CASE("wording: what ties with the choice has exactly its value, and all of its runs") {
  plan::SelectionOutcome selection;
  const auto add = [&](const char* unit, double mean, std::int32_t missing) {
    plan::Candidate one;
    one.values = {{"tuned_unit", unit}};
    one.mean = mean;
    one.missing = missing;
    selection.candidates.push_back(one);
  };
  CHECK(tied_with_best(selection).empty());
  add("3", .6, 0);
  add("1", .6, 0);
  add("2", .6, 1);
  add("4", .5999, 0);
  REQUIRE(tied_with_best(selection).size() == 1);
  CHECK(tied_with_best(selection)[0]->values.front().value == "1");
}

TEST_CASE("wording: fields of CSV are quoted where they must be") {
  CHECK(csv_line({"a", "b,c", "say \"x\"", ""}) == "a,\"b,c\",\"say \"\"x\"\"\",\n");
  CHECK(meaning_of("no axis") == "no axis");
  CHECK(meaning_of("transferred") != "transferred");
}
