// Which rate group a unit is in, and what one group takes from another.
#include "plan/rate_groups.hpp"

#include <catch2/catch.hpp>

using namespace espalier;
using namespace espalier::plan;

namespace {

study::RateGroup group(const std::string& units) {
  study::RateGroup made;
  made.units = units;
  made.start = 1;
  return made;
}

void relate(study::RateGroup& group, double factor, const std::string& to) {
  group.relative.emplace();
  group.relative->factor = factor;
  group.relative->to = to;
}

bool has(const std::string& units, std::int32_t unit, std::int32_t high_units = 2, bool copied = true) {
  return matches(group(units), {unit, 7, high_units, copied});
}

}  // namespace

TEST_CASE("rate groups: units by place, by origin and by number") {
  CHECK(has("top", 6));
  CHECK_FALSE(has("top", 5));
  CHECK_FALSE(has("top", 7, 0));
  CHECK(has("rest", 1));
  CHECK(has("copied", 1));
  CHECK(has("new", 1, 2, false));
  CHECK_FALSE(has("new", 1));
  CHECK(has("2-4,6", 3));
  CHECK(has("2-4,6", 6));
  CHECK_FALSE(has("2-4,6", 5));
}

TEST_CASE("rate groups: the first that matches counts, and a unit without one is refused") {
  const std::vector<study::RateGroup> groups = {group("top"), group("1-3"), group("copied")};
  CHECK(group_of(groups, {7, 7, 2, true}) == 0);
  CHECK(group_of(groups, {2, 7, 2, true}) == 1);
  CHECK(group_of(groups, {5, 7, 2, true}) == 2);
  CHECK_THROWS(group_of(groups, {5, 7, 2, false}));
}

TEST_CASE("rate groups: a group relative to another has its schedule, and a circle is refused") {
  std::vector<study::RateGroup> groups = {group("top"), group("rest")};
  relate(groups[1], 0.5, "top");
  set_decay(groups, study::Duration{study::Duration::Unit::epochs, 4});
  CHECK(groups[0].first->count == 4);
  CHECK_NOTHROW(schedule_of(groups, 1));
  relate(groups[0], 2, "rest");
  CHECK_THROWS(schedule_of(groups, 0));
  groups[0].relative.reset();
  relate(groups[1], 1, "none");
  CHECK_THROWS(schedule_of(groups, 1));
  groups.erase(groups.begin());
  CHECK_THROWS(set_decay(groups, study::Duration{study::Duration::Unit::epochs, 4}));
}
