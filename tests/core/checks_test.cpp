#include "espalier/core/checks.hpp"

#include <catch2/catch.hpp>

using namespace espalier;

TEST_CASE("checks: what holds says nothing, and is evaluated once") {
  int asked = 0;
  ESPALIER_EXPECT(++asked == 1);
  ESPALIER_ENSURE(++asked == 2);
  CHECK(asked == 2);
}

TEST_CASE("checks: a violation tells its kind, the condition and the file, and that it is our bug") {
  const int rows = 3;
  using Catch::Contains;
  CHECK_THROWS_WITH([&] { ESPALIER_EXPECT(rows == 4); }(),
                    Contains("precondition violated: rows == 4") && Contains("checks_test.cpp:") && Contains("a bug"));
  CHECK_THROWS_WITH([&] { ESPALIER_ENSURE(rows > 3); }(), Contains("postcondition violated: rows > 3"));
}
