#include "espalier/core/whole_number.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <cstdint>
#include <string>

using espalier::whole_number;

TEST_CASE("whole number: what was written is read, and nothing else is") {
  CHECK(
      rc::check([](std::int32_t number) { RC_ASSERT(whole_number<std::int32_t>(std::to_string(number)) == number); }));
  for (const char* text : {"", " 1", "1 ", "+1", "1x", "x", "1.0", "0x1", "99999999999", "-99999999999"}) {
    INFO(text);
    CHECK_FALSE(whole_number<std::int32_t>(text));
  }
  CHECK_FALSE(whole_number<std::uint32_t>("-1"));
}
