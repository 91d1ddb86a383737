#include "espalier/stats/aggregate.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <catch2/catch.hpp>

using namespace espalier::stats;

namespace {

Observation seen(std::string group, std::string split, std::string replicate, double value) {
  return {{std::move(group)}, std::move(split), "", std::move(replicate), Presence::measured, value};
}
Observation lost(std::string group, std::string split, Presence presence) {
  return {{std::move(group)}, std::move(split), "", "1", presence, 0};
}

}  // namespace

TEST_CASE("stats: replicates are averaged within a split first, and n is the number of splits") {
  const auto cells =
      aggregate({seen("a", "1", "1", .2), seen("a", "1", "2", .4), seen("a", "2", "1", .5), seen("a", "3", "1", .7)});

  REQUIRE(cells.size() == 1);
  CHECK(cells[0].summary.n == 3);
  CHECK(cells[0].summary.mean == Approx(.5));         // of .3, .5, .7; the mean of the runs would be .45
  CHECK(cells[0].summary.sd == Approx(.2));           // between splits
  CHECK(*cells[0].sd_within == Approx(.1414213562));  // between the replicates of split 1
  CHECK(cells[0].splits[0].runs == 2);
}

TEST_CASE("stats: without replicates there is no spread within splits") {
  const auto cells = aggregate({seen("a", "1", "1", .2), seen("a", "2", "1", .4)});

  CHECK_FALSE(cells[0].sd_within);
  CHECK_FALSE(cells[0].summary.interval);
}

TEST_CASE("stats: diverged and missing runs are counted in their cell and never enter the mean") {
  const auto cells =
      aggregate({seen("a", "1", "1", .6), lost("a", "2", Presence::diverged), lost("a", "3", Presence::missing),
                 seen("a", "4", "1", .8), lost("b", "1", Presence::diverged), seen("c", "1", "1", .1)});

  REQUIRE(cells.size() == 3);
  CHECK(to_string(cells[0].counts) == "2 of 4, 1 diverged, 1 missing");
  CHECK(cells[0].summary.n == 2);
  CHECK(cells[0].summary.mean == Approx(.7));
  CHECK(to_string(cells[1].counts) == "0 of 1, 1 diverged");
  CHECK(cells[1].summary.n == 0);
  CHECK(to_string(cells[2].counts) == "1");
}

TEST_CASE("stats: a split that lacks one of the settings averaged over is left out and named") {
  auto at = [](std::string split, std::string setting, double value) {
    return Observation{{"a"}, std::move(split), std::move(setting), "1", Presence::measured, value};
  };

  const auto cells = aggregate({at("1", "n=4", .2), at("1", "n=6", .4), at("2", "n=6", .9)});

  CHECK(cells[0].incomplete == std::vector<std::string>{"2"});
  CHECK(cells[0].summary.n == 1);
  CHECK(cells[0].summary.mean == Approx(.3));
}

TEST_CASE("stats: cells are the same to the bit in any order of the runs") {
  CHECK(rc::check([] {
    const auto values = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 1001));
    std::vector<Observation> observations;
    for (std::size_t i = 0; i < values.size(); ++i) {
      observations.push_back(seen("a", std::to_string(i % 4), std::to_string(i / 4), values[i] / 1000.0));
    }
    const auto cells = aggregate(observations);
    std::reverse(observations.begin(), observations.end());
    const auto reversed = aggregate(observations);

    RC_ASSERT(cells.size() == reversed.size());
    if (cells.empty()) return;
    RC_ASSERT(cells[0].summary.mean == reversed[0].summary.mean);
    RC_ASSERT(cells[0].summary.sd == reversed[0].summary.sd);
    RC_ASSERT(cells[0].sd_within == reversed[0].sd_within);
    RC_ASSERT(cells[0].counts.runs == static_cast<int>(values.size()));
  }));
}

namespace {

Observation folded(std::string split, std::string fold, std::string replicate, double value) {
  return {{"a"}, std::move(split), "", std::move(replicate), Presence::measured, value, std::move(fold)};
}

}  // namespace

// The interval by NumPy and SciPy: folds of .55, .72 and .42 after their replicates.
TEST_CASE("stats: the folds of one split are one value, whose spread is corrected") {
  const auto cells = aggregate({folded("1", "1", "1", .5), folded("1", "1", "2", .6), folded("1", "2", "1", .7),
                                folded("1", "2", "2", .74), folded("1", "3", "1", .4), folded("1", "3", "2", .44)});

  REQUIRE(cells.size() == 1);
  CHECK(cells[0].summary.n == 1);
  CHECK(cells[0].summary.folds == 3);
  CHECK(cells[0].summary.mean == Approx(0.5633333333333334));
  CHECK(cells[0].summary.sd == Approx(0.15044378795195673));
  CHECK(cells[0].summary.interval->low == Approx(-0.02757475145850985));
  CHECK(cells[0].summary.interval->high == Approx(1.1542414181251766));
  CHECK(cells[0].splits.at(0).runs == 6);
  CHECK(cells[0].sd_within);
}

TEST_CASE("stats: with several splits folds are averaged within each, and n counts splits") {
  std::vector<Observation> all;
  for (int split = 1; split <= 3; ++split) {
    for (int fold = 1; fold <= 4; ++fold)
      all.push_back(folded(std::to_string(split), std::to_string(fold), "1", .1 * split + .01 * fold));
  }

  const auto cells = aggregate(all);

  CHECK(cells[0].summary.n == 3);
  CHECK(cells[0].summary.folds == 0);
  CHECK(cells[0].summary.mean == Approx(.225));
  CHECK(cells[0].summary.sd == Approx(.1));
  CHECK_FALSE(cells[0].sd_within);
}

TEST_CASE("stats: a split that lacks a fold is left out, as one that lacks a setting is") {
  auto lost_fold = folded("1", "3", "1", 0);
  lost_fold.presence = Presence::diverged;

  const auto cells = aggregate({folded("1", "1", "1", .5), folded("1", "2", "1", .6), lost_fold});

  CHECK(cells[0].summary.n == 0);
  CHECK(cells[0].incomplete == std::vector<std::string>{"1"});
}
