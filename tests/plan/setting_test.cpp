// What a selection compares runs by.
#include "plan/select/setting.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <catch2/catch.hpp>

using namespace espalier;
using namespace espalier::plan;

namespace {

/// Two runs: one with a unit, one without that axis.
PlannedExperiment tuned() {
  static study::Experiment experiment;
  experiment.name = "tune-one";
  PlannedExperiment planned;
  planned.study = &experiment;
  planned.grid.columns = {"tuned_unit", "per_class"};
  planned.grid.cells = {{0, {study::Value(3), study::Value(20)}}, {0, {std::nullopt, study::Value(20)}}};
  return planned;
}

}  // namespace

TEST_CASE("setting: a take needs a value on each of its axes, a pick names the experiment and those that there are") {
  const auto planned = tuned();
  study::Take take, pick;
  take.values = {"tuned_unit", "per_class"};
  pick.values = {kChosen, "tuned_unit", "frozen"};

  CHECK_FALSE(is_pick(take));
  CHECK(is_pick(pick));
  CHECK(setting_of(take, {&planned, 0}) == std::vector<Label>{{"tuned_unit", "3"}, {"per_class", "20"}});
  CHECK(setting_of(take, {&planned, 1}) == std::nullopt);
  CHECK(setting_of(pick, {&planned, 0}) == std::vector<Label>{{"chosen", "tune-one"}, {"tuned_unit", "3"}});
  CHECK(setting_of(pick, {&planned, 1}) == std::vector<Label>{{"chosen", "tune-one"}});
}

TEST_CASE("setting: values of axes are one text, in their order, and none where one is still to be taken") {
  const auto planned = tuned();
  CanonicalSizes sizes;
  sizes.set("", 15);

  const auto values = values_of({"per_class", "tuned_unit"}, planned.grid, planned.grid.cells[0], sizes);
  REQUIRE(values);
  CHECK(text_of(*values) == "per_class=all,tuned_unit=3");
  CHECK_FALSE(values_of({"tuned_unit"}, planned.grid, planned.grid.cells[1], sizes));
  CHECK(text_of({}).empty());
}

TEST_CASE("setting: equal values in any order are the same setting, and no others") {
  const bool holds = rc::check("order", [] {
    const auto values = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 9));
    std::vector<Label> labels;
    for (std::size_t i = 0; i < values.size(); ++i)
      labels.push_back({"axis" + std::to_string(i), std::to_string(values[i])});
    auto moved = labels;
    std::reverse(moved.begin(), moved.end());
    RC_ASSERT(same_values(labels, moved));
    if (moved.empty()) return;
    moved.back().value += "0";
    RC_ASSERT(!same_values(labels, moved));
    moved.pop_back();
    RC_ASSERT(!same_values(labels, moved));
  });
  CHECK(holds);
}
