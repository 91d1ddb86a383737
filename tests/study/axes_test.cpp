#include "espalier/study/axes.hpp"

#include <catch2/catch.hpp>

using namespace espalier::study;

TEST_CASE("axes: where nothing is trained only axes of place are left, whatever the experiment leaves out") {
  Experiment evaluate, started;
  evaluate.kind = "evaluate";
  started.start = Start{"first", {"split"}, {}};
  for (const auto& row : axes()) {
    INFO(row.name);
    CHECK((left_out_in(row, evaluate) == LeftOut::absent) == (row.of_training || row.left_out == LeftOut::absent));
    CHECK((left_out_in(row, started) == row.left_out) == (row.name != "source"));
  }
  started.start->same.push_back("source");
  CHECK(left_out_in(*axis_row("source"), started) == LeftOut::every);
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
