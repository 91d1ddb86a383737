#include "espalier/stats/ranking.hpp"

#include <catch2/catch.hpp>

using namespace espalier::stats;

TEST_CASE("stats: the best comes first, with its wins, and what cannot be told from it") {
  const std::vector<SplitValues> settings = {
      {.10, .12, .11, .13},  // far below in every split
      {.60, .62, .58, .64},
      {.59, .63, .57, .63},  // near the best
  };

  const auto standings = rank(settings, Better::higher);

  REQUIRE(standings.size() == 3);
  CHECK(standings[0].setting == 1);
  CHECK(standings[0].wins == 3);
  CHECK(standings[0].p_value == 1);
  CHECK(standings[1].setting == 2);
  CHECK(standings[1].wins == 1);
  CHECK_FALSE(standings[1].told_apart);
  CHECK(standings[2].setting == 0);
  CHECK(standings[2].wins == 0);
  CHECK(standings[2].told_apart);
}

TEST_CASE("stats: of losses the lowest is the best, and ties win for each") {
  const auto standings = rank({{1.0, 2.0, 3.0}, {1.0, 1.5, 2.0}}, Better::lower);

  CHECK(standings[0].setting == 1);
  CHECK(standings[0].wins == 3);
  CHECK(standings[1].wins == 1);
}

TEST_CASE("stats: a setting with a diverged split ranks behind the complete ones, and one without values is left out") {
  const auto standings =
      rank({{.9, std::nullopt, .9}, {.5, .5, .5}, {std::nullopt, std::nullopt, std::nullopt}}, Better::higher);

  REQUIRE(standings.size() == 2);
  CHECK(standings[0].setting == 1);
  CHECK(standings[1].setting == 0);
  CHECK(standings[1].splits == 2);
  CHECK_FALSE(standings[1].told_apart);  // two common splits cannot say
}
