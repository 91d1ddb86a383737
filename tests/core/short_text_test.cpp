#include "espalier/core/short_text.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "espalier/core/checks.hpp"

using namespace espalier;

namespace {

std::string drawn() {
  return *rc::gen::suchThat(rc::gen::scale(0.3, rc::gen::container<std::string>(rc::gen::nonZero<char>())),
                            [](const std::string& text) { return text.size() <= ShortText::kMost; });
}

}  // namespace

TEST_CASE("short text: reads, compares and orders as the text it holds") {
  CHECK(rc::check([] {
    const std::string left = drawn(), right = drawn();
    const ShortText a = left, b = right;
    RC_ASSERT(a.str() == left);
    RC_ASSERT(a.size() == left.size());
    RC_ASSERT(a.empty() == left.empty());
    RC_ASSERT((a == b) == (left == right));
    RC_ASSERT((a < b) == (left < right));
    RC_ASSERT("<" + a + ">" == "<" + left + ">");
    if (a == b) RC_ASSERT(a.hash() == b.hash());
  }));
}

TEST_CASE("short text: what is too long or holds a zero is refused") {
  CHECK(ShortText(std::string(32, 'x')).str() == std::string(32, 'x'));
  CHECK_THROWS_AS(ShortText(std::string(33, 'x')), ContractViolation);
  CHECK_THROWS_AS(ShortText(std::string("a\0b", 3)), ContractViolation);
}
