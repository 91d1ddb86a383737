#include "study/parse/nesting.hpp"

#include <catch2/catch.hpp>

using namespace espalier::study;

namespace {

std::string key_of(int parts) {
  std::string key = "a";
  for (int i = 1; i < parts; ++i) key += ".a";
  return key;
}

}  // namespace

TEST_CASE("nesting: a key may have so many parts and no more; its line is told") {
  CHECK_FALSE(line_of_deep_key(key_of(kMostKeyParts) + " = 1"));
  CHECK(line_of_deep_key(key_of(kMostKeyParts + 1) + " = 1") == 1);
  CHECK(line_of_deep_key("x = 1\n\n[" + key_of(kMostKeyParts + 1) + "]") == 3);
  CHECK(line_of_deep_key("x = { " + key_of(kMostKeyParts + 1) + " = 1 }") == 1);
}

TEST_CASE("nesting: points in texts, comments and lists of numbers are no parts") {
  const std::string deep = key_of(kMostKeyParts + 1);
  CHECK_FALSE(line_of_deep_key("x = \"" + deep + "\""));
  CHECK_FALSE(line_of_deep_key("x = 'it is " + deep + "'"));
  CHECK_FALSE(line_of_deep_key("x = \"\"\"\n" + deep + "\n\"\"\""));
  CHECK_FALSE(line_of_deep_key("# " + deep + "\nx = 1"));
  std::string rates = "x = [";
  for (int i = 0; i < 40; ++i) rates += "0.1, ";
  CHECK_FALSE(line_of_deep_key(rates + "1.0]"));
  CHECK(line_of_deep_key("x = \"a \\\" b\"\n" + deep + " = 1") == 2);
}
