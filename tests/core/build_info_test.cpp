#include "espalier/core/build_info.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace espalier;

TEST_CASE("build info: says what was built, of what and by what") {
  const auto version = build_info::version();
  CHECK(std::count(version.begin(), version.end(), '.') == 2);
  CHECK(std::all_of(version.begin(), version.end(), [](char c) { return c == '.' || (c >= '0' && c <= '9'); }));
  CHECK_FALSE(build_info::commit().empty());
  CHECK(build_info::compiler().find(' ') != std::string::npos);
  CHECK_FALSE(build_info::build_type().empty());
}
