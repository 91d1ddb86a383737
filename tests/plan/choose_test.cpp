// Which setting ranks first, by means over splits, losses and the order of axes.
#include "plan/select/choose.hpp"

#include <catch2/catch.hpp>

namespace espalier::plan {
namespace {

Setting setting(const char* name, std::vector<Measurement> runs, int trained = 1) {
  return {{{"transferred", name}}, std::move(runs), trained, 0};
}

std::string winner(const std::vector<Setting>& settings) { return rank(settings, true).front().values[0].value; }

}  // namespace

TEST_CASE("plan: a setting with missing runs ranks behind whole ones") {
  auto easy = setting("easy", {{"1", "", 0.9, 1}});
  easy.missing = 1;
  const auto ranked = rank({easy, setting("whole", {{"1", "", 0.5, 1}, {"2", "", 0.4, 1}})}, true);

  CHECK(ranked[0].values[0].value == "whole");
}

TEST_CASE("plan: a win of a split goes to the lower loss where metrics are equal") {
  const auto ranked = rank({setting("1", {{"1", "", 0.5, 2.0}, {"2", "", 0.9, 1.0}}),
                            setting("2", {{"1", "", 0.5, 1.0}, {"2", "", 0.1, 1.0}})},
                           true);

  CHECK(ranked[0].values[0].value == "1");
  CHECK(ranked[0].wins == 1);
  CHECK(ranked[1].wins == 1);
}

TEST_CASE("plan: ties go to the lower validation loss, then to fewer trained units, then to axis order") {
  CHECK(winner({setting("1", {{"1", "", 0.5, 1.0}}), setting("2", {{"1", "", 0.5, 0.9}})}) == "2");
  CHECK(winner({setting("1", {{"1", "", 0.5, 1.0}}, 3), setting("2", {{"1", "", 0.5, 1.0}}, 2)}) == "2");
  CHECK(winner({setting("1", {{"1", "", 0.5, 1.0}}), setting("2", {{"1", "", 0.5, 1.0}})}) == "1");
  CHECK(winner({setting("1", {{"1", "", 0.5, 0.1}}), setting("2", {{"1", "", 0.6, 2.0}})}) == "2");
}

TEST_CASE("plan: a pick's ties go to fewer trained units, then to the lower loss") {
  const auto first = [](const std::vector<Setting>& settings) {
    return rank(settings, true, stats::Ties::units_first).front().values[0].value;
  };
  CHECK(first({setting("all", {{"1", "", 0.5, 0.1}}, 3), setting("one", {{"1", "", 0.5, 1.0}}, 1)}) == "one");
  CHECK(first({setting("a", {{"1", "", 0.5, 1.0}}), setting("b", {{"1", "", 0.5, 0.9}})}) == "b");
  CHECK(first({setting("all", {{"1", "", 0.6, 2.0}}, 3), setting("one", {{"1", "", 0.5, 1.0}}, 1)}) == "all");
}

TEST_CASE("plan: replicates are averaged within a split first") {
  // pooled, "1" would win by 0.7 to 0.65
  const auto one = setting("1", {{"1", "", 0.9, 1}, {"1", "", 0.9, 1}, {"2", "", 0.3, 1}});
  const auto two = setting("2", {{"1", "", 0.6, 1}, {"2", "", 0.7, 1}, {"2", "", 0.7, 1}});

  const auto ranked = rank({one, two}, true);

  CHECK(ranked[0].values[0].value == "2");
  CHECK(ranked[0].mean == Approx(0.65));
  CHECK(ranked[1].mean == Approx(0.6));
  CHECK(ranked[0].wins == 1);
  CHECK(ranked[1].wins == 1);
}

TEST_CASE("plan: settings that cannot be told from the best are named, paired over splits") {
  std::vector<Measurement> best, close, far;
  for (int s = 0; s < 4; ++s) {
    const std::string split = std::to_string(s);
    const double shared = 0.1 * s;  // splits differ more than settings do
    best.push_back({split, "", shared + 0.50 + 0.001 * (s % 2), 1});
    close.push_back({split, "", shared + 0.50 + (s % 2 ? -0.02 : 0.015), 1});
    far.push_back({split, "", shared + 0.30 + 0.001 * s, 1});
  }

  const auto ranked = rank({setting("far", far), setting("close", close), setting("best", best)}, true);

  REQUIRE(ranked[0].values[0].value == "best");
  CHECK(ranked[1].indistinguishable);
  CHECK_FALSE(ranked[2].indistinguishable);
  CHECK(ranked[2].p_value < 0.01);
}

TEST_CASE("plan: a metric of losses is best when lowest") {
  const auto ranked = rank({setting("1", {{"1", "", 2.0, 2.0}}), setting("2", {{"1", "", 1.5, 1.5}})}, false);
  CHECK(ranked[0].values[0].value == "2");
  CHECK(ranked[0].wins == 1);
}

}  // namespace espalier::plan
