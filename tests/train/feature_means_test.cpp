// Means of features: over halves of held-out images, and as a network's file keeps them.
#include "espalier/train/feature_means.hpp"

#include <filesystem>

#include "espalier/core/errors.hpp"
#include "support/catch_after_torch.hpp"
#include "train/made_job.hpp"

using namespace espalier;
using namespace espalier::testing;

namespace {

model::UnitNetwork made_network() {
  model::UnitNetwork network(*network::named("mnist4", {.width = 0.125}), {1, kSide, kSide}, kClasses);
  for (std::int32_t unit = 1; unit <= network.depth(); ++unit) network.reinitialise(unit, 7);
  return network;
}

task::TrainSpec seen() {
  task::TrainSpec spec;
  spec.input = {1, kSide, kSide};
  spec.mean = {0.25F};
  spec.std = {0.5F};
  return spec;
}

/// The outputs of a unit for these images, [images, features].
at::Tensor outputs(model::UnitNetwork& network, const data::ImageSet& set, std::int32_t unit) {
  return network.features(data::BatchMaker(seen()).evaluation(set, 0, set.size()), unit).flatten(1);
}

}  // namespace

TEST_CASE("feature means: every other image is of the second half, and the last of an odd number of none") {
  auto network = made_network();
  const auto set = made_images(/*per_class=*/5, 1);  // 20

  const auto means = train::feature_means(network, set, seen());

  REQUIRE(means);
  CHECK(means->images == 10);
  REQUIRE(means->units.size() == 3);
  for (std::int32_t unit = 1; unit <= 3; ++unit) {
    const auto all = outputs(network, set, unit);
    for (const std::int64_t half : {0, 1})
      CHECK(at::allclose(means->units[static_cast<std::size_t>(unit - 1)][half], all.slice(0, half, {}, 2).mean(0),
                         1e-4, 1e-5));
  }
}

TEST_CASE("feature means: fewer images than asked for are spread over all classes") {
  auto network = made_network();
  const auto set = made_images(5, 1);
  data::ImageSet some = set;
  some.rows = {0, 2, 5, 7, 10, 12, 15, 17};

  const auto means = train::feature_means(network, set, seen(), /*most=*/9);

  REQUIRE(means);
  CHECK(means->images == 4);
  CHECK(at::allclose(means->units[2].mean(0), outputs(network, some, 3).slice(0, 0, 8).mean(0), 1e-4, 1e-5));
}

TEST_CASE("feature means: three images have none") {
  auto network = made_network();
  CHECK_FALSE(train::feature_means(network, made_images(5, 1), seen(), /*most=*/3));
}

TEST_CASE("feature means: a file gives back what it was given, and one that is not whole is refused") {
  auto network = made_network();
  const auto means = train::feature_means(network, made_images(5, 1), seen());
  data::TensorFile file;
  CHECK_FALSE(train::feature_means_of(file, network.spec()));
  train::add_feature_means(*means, network, file.tensors, file.metadata);

  const auto read = train::feature_means_of(file, network.spec());

  REQUIRE(read);
  CHECK((read->images == 10 && read->mean == means->mean && read->std == means->std));
  CHECK(at::equal(read->units[1], means->units[1]));
  auto broken = file;
  broken.tensors[1].second = broken.tensors[1].second[0];
  CHECK_THROWS_WITH(train::feature_means_of(broken, network.spec()), Catch::Contains("mean features of another shape"));
  broken = file;
  broken.metadata["feature_means"] = "{";
  CHECK_THROWS_AS(train::feature_means_of(broken, network.spec()), UsageError);
}
