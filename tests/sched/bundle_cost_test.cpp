#include "sched/bundle_cost.hpp"

#include <catch2/catch.hpp>

#include "sched/sched_builders.hpp"

using namespace espalier;
using namespace espalier::sched;

namespace {

Entry entry(const AddedTask& added) {
  Entry made;
  made.task = added.task;
  made.sharing = added.sharing;
  return made;
}

}  // namespace

TEST_CASE("bundle cost: without sharing it is the sum") {
  const Entry a = entry(added("a", 10)), b = entry(added("b", 5));
  BundleCost cost;
  cost.add(a);
  cost.add(b);
  CHECK(cost.seconds() == 15);
}

TEST_CASE("bundle cost: members of a family count what they share once, whatever comes between them") {
  const Entry early = entry(training("a", 1, {7})), late = entry(training("b", 3, {7}));
  const Entry other = entry(training("c", 2, {8}));
  BundleCost cost;
  cost.add(early);
  cost.add(other);
  cost.add(late);

  CHECK(family_seconds({&early, &late}) == Approx(10 + 30 + 20 + 10));
  CHECK(cost.seconds() == Approx(40 + 70));
  CHECK(family_seconds({}) == 0);
  CHECK(family_seconds({&early}) == 40);
}

TEST_CASE("bundle cost: what would pass the limit is not added, and leaves the cost as it was") {
  const Entry early = entry(training("a", 1, {7})), late = entry(training("b", 3, {7}));
  BundleCost cost;
  CHECK(cost.add_within(early, 40));
  CHECK_FALSE(cost.add_within(late, 69));
  CHECK(cost.seconds() == 40);
  CHECK_FALSE(cost.add_within(entry(added("c", 30)), 69));
  CHECK(cost.add_within(late, 70));
}
