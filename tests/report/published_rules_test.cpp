// The papers' rules: each cell of Chu's Table 3, Plested's sizes, and what Royer and Chadha say of few images.
#include "espalier/report/published_rules.hpp"

#include <catch2/catch.hpp>

using namespace espalier::report;
using Catch::Contains;
using Families = std::vector<Family>;

namespace {

Opinion opinion_of(const Situation& here, const std::string& paper) {
  for (auto& one : published_opinions(here)) {
    if (one.paper.starts_with(paper)) return one;
  }
  return {};
}

Situation calibrated(double distance, double per_class) { return {distance, true, per_class, 0, 8}; }

}  // namespace

TEST_CASE("papers: Chu's Table 3 has its nine cells") {
  const Families freeze{Family::freeze}, both{Family::freeze, Family::tune}, tune{Family::tune};
  const double distances[] = {0.1, 0.3, 0.5}, sizes[] = {10, 50, 200};
  const Families table[3][3] = {{freeze, both, tune}, {both, tune, tune}, {both, tune, tune}};

  for (int d = 0; d < 3; ++d) {
    for (int s = 0; s < 3; ++s) {
      INFO(distances[d] << " " << sizes[s]);
      CHECK(opinion_of(calibrated(distances[d], sizes[s]), "Chu").protocols == table[d][s]);
    }
  }
}

TEST_CASE("papers: Chu's classes end where Section 4 says") {
  CHECK(distance_level(0.199) == Level::low);
  CHECK(distance_level(0.2) == Level::medium);
  CHECK(distance_level(0.4) == Level::high);
  CHECK(data_level(20) == Level::low);
  CHECK(data_level(21) == Level::medium);
  CHECK(data_level(99) == Level::medium);
  CHECK(data_level(100) == Level::high);
}

TEST_CASE("papers: a distance of another network or unit has no class, and all rows of Table 3 may be meant") {
  Situation here = calibrated(0.1, 10);
  here.calibrated = false;

  const auto chu = opinion_of(here, "Chu");

  CHECK(chu.protocols == Families{Family::freeze, Family::tune});
  CHECK_THAT(chu.limits, Contains("not calibrated"));
  here.per_class = 200;
  CHECK(opinion_of(here, "Chu").protocols == Families{Family::tune});
  here.distance.reset();
  CHECK_THAT(opinion_of(here, "Chu").limits, Contains("the distance is unknown"));
}

TEST_CASE("papers: Plested's column is the one whose size is nearest by ratio") {
  CHECK(plested_optimum(1).per_class == 10);
  CHECK(plested_optimum(15.8).per_class == 10);  // the root of 10 * 25 is 15.81
  CHECK(plested_optimum(15.9).per_class == 25);
  CHECK(plested_optimum(100'000).per_class == 1290);
  CHECK(opinion_of(calibrated(0, 10), "Plested").protocols == Families{Family::freeze});
  CHECK(opinion_of(calibrated(0, 25), "Plested").protocols == Families{Family::freeze_first});
  CHECK(opinion_of(calibrated(0, 500), "Plested").protocols == Families{Family::tune});
  CHECK_THAT(opinion_of(calibrated(0, 1290), "Plested").says, Contains("all but the last three units"));
}

TEST_CASE("papers: Royer tunes one unit of a deep network where images are few, and lets validation choose elsewhere") {
  CHECK(opinion_of({.per_class = 12, .units = 13}, "Royer").protocols == Families{Family::one_unit});
  CHECK(opinion_of({.per_class = 200, .units = 13}, "Royer").protocols == Families{Family::one_unit, Family::tune});
  CHECK(opinion_of({.per_class = 12, .units = 7}, "Royer").protocols == Families{Family::one_unit, Family::tune});
}

TEST_CASE("papers: Chadha's linear classifier is for fewer than 1000 images") {
  CHECK(opinion_of({.images = 999}, "Chadha").protocols == Families{Family::linear});
  CHECK(opinion_of({.images = 1000}, "Chadha").protocols == Families{Family::freeze_first, Family::tune});
  CHECK_THAT(opinion_of({}, "Chadha").says, Contains("under 1000 images"));
}

TEST_CASE("papers: those disagree that recommend nothing in common") {
  const auto opinions = published_opinions({0.1, true, 10, 200, 8});

  CHECK(disagreements(opinions) == std::vector<std::string>{"Chu et al. 2016 against Royer and Lampert 2020",
                                                            "Chu et al. 2016 against Chadha and Jain 2020",
                                                            "Plested and Gedeon 2019 against Royer and Lampert 2020",
                                                            "Plested and Gedeon 2019 against Chadha and Jain 2020",
                                                            "Royer and Lampert 2020 against Chadha and Jain 2020"});
}

TEST_CASE("papers: without a size Chu and Plested say nothing, and so disagree with nobody") {
  const auto opinions = published_opinions({});

  CHECK(opinions[0].protocols.empty());
  CHECK(opinions[1].protocols.empty());
  CHECK(disagreements(opinions).empty());
}
