#include "trainer/image_cache.hpp"

#include <filesystem>

#include "espalier/core/errors.hpp"
#include "support/catch_after_torch.hpp"
#include "trainer/made_bundle.hpp"

using namespace espalier;

TEST_CASE("image cache: an image set that was asked for is there, until 96 others were asked for since") {
  const auto folder = std::filesystem::temp_directory_path() / "espalier-image-cache";
  std::filesystem::create_directories(folder);
  const testing::MadeBundle bundle(folder);
  const data::PackPaths packs = bundle.setup.packs;
  const auto set = task::training(bundle.train.task).images;
  const auto labels = bundle.catalog.catalog.label_maps.at(set.labels);
  trainer::ImageCache cache;

  const auto first = cache.of(set, labels, packs);
  CHECK(cache.of(set, labels, packs) == first);

  auto other = set;
  for (std::uint64_t seed = 1; seed <= 95; ++seed) {
    other.sample = {task::SampleRule::random, 2, seed};
    CHECK(cache.of(other, labels, packs) != first);
  }
  CHECK(cache.of(set, labels, packs) == first);  // now the one that was used last
  for (std::uint64_t seed = 101; seed <= 196; ++seed) {
    other.sample = {task::SampleRule::random, 2, seed};
    cache.of(other, labels, packs);
  }
  CHECK(cache.of(set, labels, packs) != first);
  CHECK(first->size() == cache.of(set, labels, packs)->size());  // what was handed out stays as it is
  other.sample.seed = 999;
  CHECK_THROWS_AS(cache.of(other, labels, {}), Error);
  std::filesystem::remove_all(folder);
}
