// Average precision by hand, and what holds of any ranking. Python compares it with scikit-learn and the devkit.
#include "espalier/metrics/average_precision.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>

using namespace espalier::metrics;

namespace {

/// Scores of few values, so that many are equal, and whether each is positive; one is.
std::vector<Scored> random_images(std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<Scored> images(1 + random() % 30);
  for (auto& one : images) one = {static_cast<float>(random() % 6), random() % 3 == 0};
  images.front().positive = true;
  return images;
}

}  // namespace

TEST_CASE("average precision: three positives among five, by hand") {
  const auto found = precisions_of({{5, true}, {4, false}, {3, true}, {2, true}, {1, false}});
  REQUIRE(found);
  CHECK(found->ap == Approx((1.0 + 2.0 / 3 + 3.0 / 4) / 3));
  CHECK(found->voc2010 == Approx((1.0 + 3.0 / 4 + 3.0 / 4) / 3));
  CHECK(found->voc2007 == Approx((4 * 1.0 + 7 * 0.75) / 11));  // recalls 0 to 0.3, and from 0.4 on
}

TEST_CASE(
    "average precision: equal scores are one threshold for scikit-learn's form, and in their order for the devkits'") {
  const auto first = precisions_of({{1, true}, {1, false}}), last = precisions_of({{1, false}, {1, true}});
  CHECK(first->ap == 0.5);
  CHECK(last->ap == 0.5);
  CHECK(first->voc2010 == 1);
  CHECK(last->voc2010 == 0.5);
  CHECK(first->voc2007 == Approx(1));
  CHECK(last->voc2007 == Approx(0.5));
}

TEST_CASE("average precision: of any ranking it is at most 1, and 1 where all positives come first") {
  for (std::uint32_t seed = 0; seed < 500; ++seed) {
    auto images = random_images(seed);
    const auto found = *precisions_of(images);
    for (const double value : {found.ap, found.voc2010, found.voc2007}) CHECK((value > 0 && value <= 1 + 1e-12));
    for (auto& one : images) one.score = one.positive ? 7.0f + one.score : one.score;
    const auto best = *precisions_of(images);
    for (const double value : {best.ap, best.voc2010, best.voc2007}) CHECK(value == Approx(1));
  }
}

TEST_CASE("average precision: it does not change where scores grow and keep their order") {
  for (std::uint32_t seed = 0; seed < 100; ++seed) {
    const auto images = random_images(seed);
    auto grown = images;
    for (auto& one : grown) one.score = std::exp(one.score);
    CHECK(precisions_of(images)->ap == precisions_of(grown)->ap);
    CHECK(precisions_of(images)->voc2010 == precisions_of(grown)->voc2010);
    CHECK(precisions_of(images)->voc2007 == precisions_of(grown)->voc2007);
  }
}

TEST_CASE("average precision: without a positive image there is none, and of NaN it is NaN") {
  CHECK(!precisions_of({}));
  CHECK(!precisions_of({{1, false}}));
  CHECK(std::isnan(precisions_of({{NAN, true}, {1, false}})->ap));
}

TEST_CASE(
    "average precision: the mean leaves out difficult images, and labels without a positive one, which it counts") {
  const std::vector<float> scores{1, 9, 9, 2, 8, 8, 3, 7, 7};
  const std::vector<float> labels{1, 0, -1, -1, 0, -1, 0, 0, -1};  // difficult for the first label: the second image
  const auto found = mean_precisions(scores, labels, 3);
  CHECK(found.mean.ap == 0.5);
  CHECK(found.labels == 2);  // no image counts for the third
  CHECK(found.no_positives == 1);
  CHECK(std::isnan(mean_precisions({}, {}, 3).mean.ap));
}

TEST_CASE("mean accuracy of classes: classes without an image are left out") {
  const std::vector<std::int32_t> predicted{0, 0, 0, 3, 1};
  const std::vector<std::int64_t> labels{0, 0, 0, 1, 1};
  CHECK(mean_class_accuracy(predicted, labels, 4) == 0.75);
  CHECK(std::isnan(mean_class_accuracy({}, {}, 4)));
}
