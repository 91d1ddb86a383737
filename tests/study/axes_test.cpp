#include "espalier/study/axes.hpp"

#include <catch2/catch.hpp>

using namespace espalier::study;

TEST_CASE("axes: an experiment that leaves an axis out has its default only where the axis belongs to its kind") {
  Experiment started;
  GridContext folded;
  folded.folds = 5;
  started.start = Start{"first", {"split"}, {}};
  for (const auto& row : axes()) {
    INFO(row.name);
    for (const auto& kind : kinds()) {
      Experiment experiment;
      experiment.kind = kind.name;
      CHECK(left_out_in(row, experiment, folded) == (row.is_in(kind.kind) ? row.left_out : LeftOut::absent));
    }
    if (row.is_in(Kind::train)) CHECK((left_out_in(row, started, folded) == row.left_out) == (row.name != "source"));
  }
  CHECK(kinds_with("per_class") == std::vector{Kind::train, Kind::linear, Kind::neighbours});
  CHECK(kinds_with("train.batch") == std::vector{Kind::train});
  CHECK(kinds_with("source.batch").size() == kinds().size());
  started.start->same.push_back("source");
  CHECK(left_out_in(*axis_row("source"), started, folded) == LeftOut::every);
}

TEST_CASE("axes: a fold is there where the study has folds, and where nothing is trained only to find runs by") {
  const auto& fold = *axis_row("fold");
  Experiment train, evaluate;
  evaluate.kind = "evaluate";
  evaluate.start = Start{"first", {"split"}, {}};
  GridContext unfolded, folded;
  folded.folds = 5;

  CHECK(left_out_in(fold, train, unfolded) == LeftOut::absent);
  CHECK(left_out_in(fold, train, folded) == LeftOut::every);
  CHECK(left_out_in(fold, evaluate, folded) == LeftOut::absent);
  evaluate.start->same.push_back("fold");
  CHECK(left_out_in(fold, evaluate, folded) == LeftOut::every);
  CHECK(fold.known(folded).size() == 5);
  CHECK(repeats("fold"));
}

TEST_CASE("axes: what a row gives an experiment that leaves it out passes the row's own check") {
  GridContext context{3, {"s"}, {"t"}, {"net"}, {{"net", 4}}, {{"t", Value(5)}}};
  const Value target("t"), network("net");
  for (const auto& row : axes()) {
    INFO(row.name);
    CHECK(!row.meaning.empty());
    CHECK((row.fallback != nullptr) == (row.left_out == LeftOut::one));
    if (row.left_out == LeftOut::every) REQUIRE(row.known != nullptr);
    const auto given = row.fallback ? row.fallback({context, &target, &network}) : std::nullopt;
    if (given) CHECK(!row.check(*given));
    for (const auto& value : row.known ? row.known(context) : std::vector<Value>{}) CHECK(!row.check(value));
  }
}
