#include "espalier/stats/ranking.hpp"

#include <catch2/catch.hpp>

using namespace espalier::stats;

namespace {

std::vector<RankedSetting> plain(const std::vector<SplitValues>& all) {
  std::vector<RankedSetting> settings;
  for (const auto& values : all) settings.push_back({values, {}, 0, false});
  return settings;
}

}  // namespace

TEST_CASE("stats: the best comes first, with its wins, and what cannot be told from it") {
  const std::vector<SplitValues> settings = {
      {.10, .12, .11, .13},  // far below in every split
      {.60, .62, .58, .64},
      {.59, .63, .57, .63},  // near the best
  };

  const auto standings = rank(plain(settings), Better::higher);

  REQUIRE(standings.size() == 3);
  CHECK(standings[0].setting == 1);
  CHECK(standings[0].wins == 3);
  CHECK(standings[0].p_value == 1);
  CHECK(standings[1].setting == 2);
  CHECK(standings[1].wins == 1);
  CHECK_FALSE(standings[1].significant);
  CHECK(standings[2].setting == 0);
  CHECK(standings[2].wins == 0);
  CHECK(standings[2].significant);
}

TEST_CASE("stats: of losses the lowest is the best, and ties win for each") {
  const auto standings = rank(plain({{1.0, 2.0, 3.0}, {1.0, 1.5, 2.0}}), Better::lower);

  CHECK(standings[0].setting == 1);
  CHECK(standings[0].wins == 3);
  CHECK(standings[1].wins == 1);
}

TEST_CASE("stats: a setting with a diverged split ranks behind the complete ones, and one without values last") {
  const auto standings =
      rank(plain({{.9, std::nullopt, .9}, {std::nullopt, std::nullopt, std::nullopt}, {.5, .5, .5}}), Better::higher);

  REQUIRE(standings.size() == 3);
  CHECK(standings[0].setting == 2);
  CHECK(standings[1].setting == 0);
  CHECK(standings[2].splits == 0);
  CHECK(standings[1].splits == 2);
  CHECK_FALSE(standings[1].significant);  // two common splits cannot say
}

TEST_CASE("stats: ties are broken by the loss, then by fewer trained units, in the order and in each split") {
  const SplitValues equal{.5, .5, .5};
  const auto standings =
      rank({{equal, {1., 1., 1.}, 2, false}, {equal, {.9, .9, .9}, 5, false}, {equal, {.9, .9, .9}, 3, false}},
           Better::higher);

  CHECK(standings[0].setting == 2);
  CHECK(standings[1].setting == 1);
  CHECK(standings[2].setting == 0);
  CHECK(standings[0].wins == 3);
  CHECK(standings[1].wins == 0);
}

TEST_CASE("stats: an incomplete setting ranks behind a worse one that is complete, and is not tested") {
  const auto standings = rank({{{.9, .9, .9}, {}, 0, true}, {{.1, .2, .15}, {}, 0, false}}, Better::higher);

  CHECK(standings[0].setting == 1);
  CHECK_FALSE(standings[1].significant);
  CHECK(standings[1].p_value == 1);
}
