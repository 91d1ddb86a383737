#include "report/palette.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <set>

using namespace espalier::report;

namespace {

/// Relative luminance of "#rrggbb" (WCAG 2.1), without its gamma: enough to order shades.
double lightness(const std::string& colour) {
  REQUIRE(colour.size() == 7);
  const long rgb = std::strtol(colour.c_str() + 1, nullptr, 16);
  return 0.2126 * static_cast<double>(rgb >> 16 & 255) + 0.7152 * static_cast<double>(rgb >> 8 & 255) +
         0.0722 * static_cast<double>(rgb & 255);
}

}  // namespace

TEST_CASE("palette: ordered series go from dark to light, each with a colour of its own") {
  for (const std::size_t count : {3U, 5U, 12U}) {
    std::set<std::string> colours;
    for (std::size_t i = 0; i < count; ++i) colours.insert(mark_of(i, count, true).colour);
    CHECK(colours.size() == count);
    CHECK(lightness(mark_of(0, count, true).colour) < lightness(mark_of(count / 2, count, true).colour));
    CHECK(lightness(mark_of(0, count, true).colour) < lightness(mark_of(count - 1, count, true).colour));
  }
}

TEST_CASE("palette: words, and one or two series, take colours of Okabe and Ito") {
  CHECK(mark_of(0, 2, true).colour == "#0072b2");
  CHECK(mark_of(1, 6, false).colour == "#d55e00");
  CHECK(mark_of(6, 7, false).colour == mark_of(0, 7, false).colour);
  CHECK(mark_of(6, 7, false).point != mark_of(0, 7, false).point);  // still told apart
}
