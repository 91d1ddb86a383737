#include "espalier/study/kinds.hpp"

#include <catch2/catch.hpp>

using namespace espalier::study;

TEST_CASE("kinds: rows stand in the order of their numbers; only \"train\" trains, and an unknown kind counts as it") {
  REQUIRE(kind_names().size() == kinds().size());
  for (const auto& row : kinds()) {
    Experiment experiment;
    experiment.kind = row.name;
    INFO(row.name);
    CHECK(kind_of(experiment) == row.kind);
    CHECK(&row == &kinds()[static_cast<std::size_t>(row.kind)]);
    CHECK(trains(experiment) == (row.name == "train"));
  }
  Experiment experiment;
  experiment.kind = "no such kind";
  CHECK(trains(experiment));
  experiment.kind = "evaluate";
  CHECK_FALSE(trains(experiment));
}
