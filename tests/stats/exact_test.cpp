#include "stats/exact.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "stats/exact_summary.hpp"

using namespace espalier::stats;
using espalier::metrics::Share;

TEST_CASE("stats: a double is its own fraction, and comes back as it was") {
  CHECK(rc::check([](double value) { RC_ASSERT(rounded(exact(Share(value))) == value); }));
  for (const double value : {0.0, 1.0, -0.1, 5e-324, 1.7976931348623157e308}) {
    CHECK(rounded(exact(Share(value))) == value);
  }
}

TEST_CASE("stats: a share of images is rounded as its quotient is") {
  CHECK(rc::check([] {
    const int of = *rc::gen::inRange(1, 100'000);
    const int right = *rc::gen::inRange(0, of + 1);
    RC_ASSERT(rounded(exact(Share(right, of))) == static_cast<double>(right) / of);
  }));
}

TEST_CASE("stats: equal counts have equal means, whichever way they are spread over splits") {
  const auto mean_of = [](std::vector<int> right) {
    std::vector<Exact> values;
    for (const int one : right) values.push_back(exact(Share(one, 10)));
    return mean(values);
  };

  CHECK(.1 + .2 + .3 != .3 + .3 + 0.);  // as sums of doubles they differ in the last bit
  CHECK(mean_of({1, 2, 3}) == mean_of({0, 3, 3}));
}

TEST_CASE("stats: differences that are equal as counts have no spread, and none at all is no difference") {
  const auto tenths = [](std::vector<int> right) {
    std::vector<Exact> values;
    for (const int one : right) values.push_back(exact(Share(one, 10)));
    return values;
  };

  CHECK(paired(tenths({3, 8, 9}), tenths({2, 7, 8}), .95).p_value == 0);
  CHECK(paired(tenths({7, 8, 9}), tenths({8, 9, 7}), .95).difference.mean == 0);
  CHECK(paired(tenths({7, 8, 9}), tenths({8, 9, 7}), .95).p_value == 1);
}
