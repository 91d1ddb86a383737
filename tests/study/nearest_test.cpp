#include <catch2/catch.hpp>

#include "espalier/study/parse.hpp"

using namespace espalier::study;

TEST_CASE("study: the nearest word is near, or none") {
  CHECK(nearest("fromat", {"format", "images"}) == "format");
  CHECK(nearest("freeze", {"transferred", "frozen", "per_class"}) == "frozen");
  CHECK(nearest("lr", {"units", "start", "factor"}).empty());
  CHECK(nearest("zzz", {"format", "images"}).empty());
  CHECK(nearest("", {"a"}).empty());
}
