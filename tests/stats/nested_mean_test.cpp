#include "stats/nested_mean.hpp"

#include <catch2/catch.hpp>

using namespace espalier::stats;

TEST_CASE("nested mean: each setting counts once, however many replicates it has") {
  CHECK(nested_mean({{"a", exact({1, 3})}, {"b", exact({8})}}) == Exact(5));
  CHECK(nested_mean({{"", exact({1, 3, 8})}}) == Exact(4));
}

TEST_CASE("nested mean: it is exact, so that equal means compare equal in any order") {
  CHECK(nested_mean({{"a", exact({0.1, 0.2, 0.3})}}) == nested_mean({{"a", exact({0.3, 0.2, 0.1})}}));
}
