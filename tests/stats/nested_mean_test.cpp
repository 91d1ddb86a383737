#include "stats/nested_mean.hpp"

#include <catch2/catch.hpp>

using namespace espalier::stats;

namespace {

std::vector<Exact> values(const std::vector<double>& all) { return exact(all); }

}  // namespace

TEST_CASE("nested mean: each setting counts once, however many replicates it has") {
  CHECK(nested_mean({{{"a", ""}, values({1, 3})}, {{"b", ""}, values({8})}}) == Exact(5));
  CHECK(nested_mean({{{"", ""}, values({1, 3, 8})}}) == Exact(4));
}

TEST_CASE("nested mean: it is exact, so that equal means compare equal in any order") {
  CHECK(nested_mean({{{"a", ""}, values({0.1, 0.2, 0.3})}}) == nested_mean({{{"a", ""}, values({0.3, 0.2, 0.1})}}));
}

TEST_CASE("nested mean: each fold of a setting counts once, and has a mean over settings of its own") {
  const BySetting runs = {
      {{"a", "1"}, values({1, 3})}, {{"a", "2"}, values({8})}, {{"b", "1"}, values({4})}, {{"b", "2"}, values({6})}};

  CHECK(nested_mean(runs) == Exact(5));
  CHECK(values_of(fold_means(runs)) == std::vector<Exact>{3, 7});
  CHECK(fold_means({{{"a", ""}, values({1, 3})}}).empty());
}
