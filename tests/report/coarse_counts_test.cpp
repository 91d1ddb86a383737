// Right coarse and right fine classes, counted on predictions made by hand.
#include "report/coarse/coarse_counts.hpp"

#include <rapidcheck/catch.h>

#include <catch2/catch.hpp>

using namespace espalier;
using namespace espalier::report;

namespace {

/// Outputs 0 to 2 are animals, 3 and 4 are vehicles, 5 is neither.
plan::Coarsening coarsening() { return {{"animals", "vehicles"}, {0, 0, 0, 1, 1, -1}, {"cloud"}}; }

}  // namespace

TEST_CASE("coarse counts: a fine class that is taken for another of its coarse class counts for the coarse one alone") {
  const Predictions predictions{{0, 1, 1, 3, 2, 3, 4, 5, 0}, {0, 0, 1, 1, 2, 3, 3, 3, 5}};

  const auto counts = count_coarse(predictions, coarsening());

  REQUIRE(counts.classes.size() == 2);
  const auto& animals = counts.classes[0];
  CHECK(animals.images == 5);
  CHECK(animals.right == 4);
  CHECK(animals.fine_classes == 3);
  CHECK(animals.coarse_accuracy() == Approx(4. / 5));
  CHECK(animals.fine_accuracy() == Approx((1. / 2 + 1. / 2 + 1) / 3));
  const auto& vehicles = counts.classes[1];
  CHECK(vehicles.right == 2);
  CHECK(vehicles.fine_classes == 1);  // 4 has no images
  CHECK(vehicles.fine_accuracy() == Approx(1. / 3));
  CHECK(counts.all.images == 8);
  CHECK(counts.all.fine_classes == 4);
  CHECK(counts.all.fine_accuracy() == Approx((1. / 2 + 1. / 2 + 1 + 1. / 3) / 4));  // over classes, not images
  CHECK(counts.left_out == 1);
}

TEST_CASE("coarse counts: where each coarse class has one fine class, both accuracies are one") {
  rc::prop("equal", [] {
    const auto outputs = *rc::gen::inRange(1, 6);
    const auto count = *rc::gen::inRange<std::size_t>(1, 40);
    const auto values = rc::gen::container<std::vector<std::int32_t>>(count, rc::gen::inRange(0, outputs));
    const Predictions predictions{*values, *values};
    plan::Coarsening each;
    for (int i = 0; i < outputs; ++i) {
      each.names.push_back(std::to_string(i));
      each.coarse_of.push_back(outputs - 1 - i);
    }
    for (const auto& one : count_coarse(predictions, each).classes) {
      if (one.images > 0) RC_ASSERT(one.coarse_accuracy() == one.fine_accuracy());
    }
  });
}

TEST_CASE("coarse counts: the coarse class is right at least as often as the fine one, images for images") {
  rc::prop("at least", [] {
    const auto values = rc::gen::container<std::vector<std::int32_t>>(30, rc::gen::inRange(0, 6));
    const Predictions predictions{*values, *values};
    const auto counts = count_coarse(predictions, coarsening());
    std::int64_t fine_right = 0, images = counts.left_out;
    for (std::size_t i = 0; i < 30; ++i)
      fine_right += predictions.labels[i] < 5 && predictions.labels[i] == predictions.predicted[i];
    for (const auto& one : counts.classes) images += one.images;
    RC_ASSERT(counts.all.right >= fine_right);
    RC_ASSERT(images == 30);
    RC_ASSERT(counts.all.images == 30 - counts.left_out);
  });
}

TEST_CASE("coarse counts: outputs that the network does not have are refused") {
  CHECK_THROWS_WITH(count_coarse({{6}, {0}}, coarsening()), Catch::Contains("output 6 (the network has 6)"));
  CHECK_THROWS_WITH(count_coarse({{0}, {-1}}, coarsening()), Catch::Contains("output -1"));
}
