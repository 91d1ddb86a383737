#include "espalier/study/kinds.hpp"

#include <catch2/catch.hpp>

using namespace espalier::study;

TEST_CASE("kinds: an experiment trains unless its row says that it does not; an unknown kind counts as training") {
  REQUIRE(kind_names().size() == kinds().size());
  for (const auto& row : kinds()) {
    Experiment experiment;
    experiment.kind = row.name;
    INFO(row.name);
    CHECK(trains(experiment) == row.trains);
  }
  Experiment experiment;
  experiment.kind = "no such kind";
  CHECK(trains(experiment));
  experiment.kind = "evaluate";
  CHECK_FALSE(trains(experiment));
}
