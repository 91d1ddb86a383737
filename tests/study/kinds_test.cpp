#include "espalier/study/kinds.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace espalier::study;

TEST_CASE("kinds: rows stand in the order of their numbers; only \"train\" trains, and an unknown kind counts as it") {
  REQUIRE(kind_names().size() + 1 == kinds().size());  // "pick" is written [[pick]]
  CHECK(std::is_sorted(kinds().begin(), kinds().end(), [](const auto& a, const auto& b) { return a.kind < b.kind; }));
  for (const auto& row : kinds()) {
    Experiment experiment;
    experiment.kind = row.name;
    INFO(row.name);
    CHECK(kind_of(experiment) == row.kind);
    CHECK(trains(experiment) == (row.name == "train"));
  }
  Experiment experiment;
  experiment.kind = "no such kind";
  CHECK(trains(experiment));
  experiment.kind = "evaluate";
  CHECK_FALSE(trains(experiment));
}
