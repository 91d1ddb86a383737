#include "report/predicted/confusion.hpp"

#include <catch2/catch.hpp>

#include "espalier/core/errors.hpp"

using namespace espalier;
using Catch::Contains;

namespace {

report::Predictions some() {
  report::Predictions made;
  made.labels = {0, 0, 1, 1, 2, 2};
  made.predicted = {0, 1, 1, 0, 0, 0};
  made.probability = {.9F, .6F, .8F, .99F, .7F, .6F};
  return made;
}

}  // namespace

TEST_CASE("confusion: runs add up, and each image is in the row of its class") {
  auto confusion = report::empty_confusion({"a", "b", "c"});
  confusion.add(some());
  confusion.add(some());

  CHECK(confusion.runs == 2);
  CHECK(confusion.counts == std::vector<std::vector<std::int64_t>>{{2, 2, 0}, {2, 2, 0}, {4, 0, 0}});
  CHECK(confusion.images_of(2) == 4);

  const auto pairs = report::most_confused(confusion, 2);
  REQUIRE(pairs.size() == 2);
  CHECK((pairs[0].right == 2 && pairs[0].predicted == 0 && pairs[0].images == 4));
  CHECK(pairs[1].right == 0);  // of equal ones the first

  report::Predictions other;
  other.labels = {3};
  other.predicted = {0};
  CHECK_THROWS_WITH(confusion.add(other), Contains("predictions name output 3"));
}

TEST_CASE("confusion: mistakes stand by how sure the network was, and right images are none") {
  CHECK(report::surest_mistakes(some(), 9) == std::vector<std::size_t>{3, 4, 1, 5});
  CHECK(report::surest_mistakes(some(), 2) == std::vector<std::size_t>{3, 4});
  auto unsure = some();
  unsure.probability.clear();  // stored by an earlier version
  CHECK(report::surest_mistakes(unsure, 9).empty());
}
