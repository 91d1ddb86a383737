#include "espalier/stats/ranking.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <optional>

using namespace espalier;
using namespace espalier::stats;
using espalier::metrics::Share;

namespace {

using SplitValues = std::vector<std::optional<double>>;

/// A setting with one run a split; without values no run.
RankedSetting setting(const SplitValues& metric, double loss = 0, std::int32_t trained_units = 0) {
  RankedSetting made{{}, trained_units, 0};
  for (std::size_t i = 0; i < metric.size(); ++i) {
    if (metric[i]) made.runs.push_back({std::to_string(i), "", *metric[i], loss, false});
    else ++made.missing;
  }
  return made;
}

std::vector<RankedSetting> plain(const std::vector<SplitValues>& all) {
  std::vector<RankedSetting> settings;
  for (const auto& values : all) settings.push_back(setting(values));
  return settings;
}

/// A setting measured on ten images a split.
RankedSetting counted(const std::vector<int>& right, double loss = 0) {
  RankedSetting made;
  for (std::size_t i = 0; i < right.size(); ++i) {
    made.runs.push_back({std::to_string(i), "", Share(right[i], 10), loss, false});
  }
  return made;
}

}  // namespace

TEST_CASE("stats: the best comes first, with its wins, and what cannot be told from it") {
  const std::vector<SplitValues> settings = {
      {.10, .12, .11, .13},  // far below in every split
      {.60, .62, .58, .64},
      {.59, .63, .57, .63},  // near the best
  };

  const auto standings = rank(plain(settings), metrics::Better::higher);

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
  const auto standings = rank(plain({{1.0, 2.0, 3.0}, {1.0, 1.5, 2.0}}), metrics::Better::lower);

  CHECK(standings[0].setting == 1);
  CHECK(standings[0].wins == 3);
  CHECK(standings[1].wins == 1);
}

TEST_CASE("stats: a setting with a diverged split ranks behind the complete ones, and one without values last") {
  const auto standings = rank(plain({{.9, std::nullopt, .9}, {std::nullopt, std::nullopt, std::nullopt}, {.5, .5, .5}}),
                              metrics::Better::higher);

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
      rank({setting(equal, 1, 2), setting(equal, .9, 5), setting(equal, .9, 3)}, metrics::Better::higher);

  CHECK(standings[0].setting == 2);
  CHECK(standings[1].setting == 1);
  CHECK(standings[2].setting == 0);
  CHECK(standings[0].wins == 3);
  CHECK(standings[1].wins == 0);
}

TEST_CASE("stats: an incomplete setting ranks behind a worse one that is complete, and is not tested") {
  auto broken = setting({.9, .9, .9});
  broken.runs.push_back({"0", "", 0, 0, true});
  const auto standings = rank({broken, setting({.1, .2, .15})}, metrics::Better::higher);

  CHECK(standings[0].setting == 1);
  CHECK_FALSE(standings[1].significant);
  CHECK(standings[1].p_value == 1);
}

TEST_CASE("stats: equal counts are a tie in any order of the splits, and the loss decides") {
  // As sums of doubles .1 + .2 + .3 is more than .3 + .3 + 0.
  const auto standings = rank({counted({1, 2, 3}, 2), counted({0, 3, 3}, 1)}, metrics::Better::higher);

  CHECK(standings[0].setting == 1);
  CHECK(standings[0].mean == standings[1].mean);
  CHECK(standings[1].indistinguishable);
}

TEST_CASE("stats: a diverged run's split has no mean over the other cells alone") {
  RankedSetting halves;
  halves.runs = {{"1", "a", .2, 0, false}, {"1", "b", .4, 0, false}, {"2", "a", .9, 0, false}, {"2", "b", 0, 0, true}};

  const auto standings = rank({halves}, metrics::Better::higher);

  CHECK(standings[0].splits == 1);
  CHECK(standings[0].mean == Approx(.3));
}

TEST_CASE("stats: a ranking has one best, in every split at least one win, and does not depend on the order given") {
  CHECK(rc::check([] {
    const auto tenths = *rc::gen::container<std::vector<int>>(12, rc::gen::inRange(0, 11));
    const auto losses = *rc::gen::container<std::vector<int>>(4, rc::gen::inRange(0, 3));
    std::vector<RankedSetting> settings;
    for (std::size_t i = 0; i < 4; ++i) {
      settings.push_back(counted({tenths[3 * i], tenths[3 * i + 1], tenths[3 * i + 2]}, losses[i]));
      settings.back().trained_units = static_cast<std::int32_t>(i);  // no two tie in all three
    }
    const auto one = rank(settings, metrics::Better::higher);
    std::reverse(settings.begin(), settings.end());
    const auto other = rank(settings, metrics::Better::higher);

    int wins = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      RC_ASSERT(one[i].setting == 3 - other[i].setting);
      RC_ASSERT(one[i].wins == other[i].wins && one[i].p_value == other[i].p_value);
      wins += one[i].wins;
    }
    RC_ASSERT(wins == 3);
  }));
}

TEST_CASE("stats: settings of one split are compared over its folds, those of several over splits") {
  const auto folded = [](const std::vector<double>& folds) {
    RankedSetting made;
    for (std::size_t i = 0; i < folds.size(); ++i)
      made.runs.push_back({"1", "", folds[i], 0.0, false, std::to_string(i + 1)});
    return made;
  };

  const auto standings =
      rank({folded({.1, .12, .11, .13, .1}), folded({.60, .62, .58, .64, .61})}, metrics::Better::higher);

  CHECK(standings[0].setting == 1);
  CHECK(standings[0].splits == 1);
  CHECK(standings[0].folds == 5);
  CHECK(standings[0].mean == Approx(.61));
  CHECK(standings[1].significant);
  CHECK(standings[1].p_value ==
        Approx(paired({.60, .62, .58, .64, .61}, {.1, .12, .11, .13, .1}, kConfidence, Over::folds).p_value));
  auto near = folded({.60, .61, .59, .63, .61});
  near.runs.pop_back();
  near.missing = 1;
  CHECK_FALSE(rank({folded({.60, .62, .58, .64, .61}), near}, metrics::Better::higher)[1].significant);
}
