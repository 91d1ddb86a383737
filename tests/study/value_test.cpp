#include "espalier/study/value.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>

using namespace espalier::study;

TEST_CASE("study: the spelling of a value is read back as the value") {
  const bool holds = rc::check([](std::int64_t integer, double real, bool truth) {
    RC_ASSERT(parse_value(to_string(Value(integer))) == Value(integer));
    RC_ASSERT(parse_value(to_string(Value(truth))) == Value(truth));
    const Value back = parse_value(to_string(Value(real)));
    const double* held = std::get_if<double>(&back.held);
    RC_ASSERT((held ? *held : static_cast<double>(*back.integer())) == real);
  });
  CHECK(holds);
}
