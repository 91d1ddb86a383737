#include "stats/nested_mean.hpp"

#include <catch2/catch.hpp>

using namespace espalier::stats;

namespace {

std::vector<Exact> values(const std::vector<double>& all) { return exact(all); }

}  // namespace

TEST_CASE("nested mean: each setting counts once, however many replicates it has") {
  CHECK(nested_mean({{"a", values({1, 3})}, {"b", values({8})}}) == Exact(5));
  CHECK(nested_mean({{"", values({1, 3, 8})}}) == Exact(4));
}

TEST_CASE("nested mean: it is exact, so that equal means compare equal in any order") {
  CHECK(nested_mean({{"a", values({0.1, 0.2, 0.3})}}) == nested_mean({{"a", values({0.3, 0.2, 0.1})}}));
}
