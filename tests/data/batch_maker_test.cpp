#include "espalier/data/batch_maker.hpp"

#include <rapidcheck.h>

#include <cstdlib>
#include <map>

#include "data/batch/augment_draws.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/core/seed.hpp"
#include "support/catch_after_torch.hpp"

namespace espalier::data {
namespace {

/// Pixels 1 and above, so that a 0 is padding.
ImageSet images_of(std::int64_t count, std::int64_t channels, std::int64_t height, std::int64_t width) {
  const at::Tensor pixels = at::arange(count * channels * height * width, at::kLong).remainder(250).add(1);
  ImageSet set{pixels.to(at::kByte).reshape({count, channels, height, width}), {}, at::zeros({count}, at::kLong)};
  for (std::int64_t i = count; i-- > 0;) set.rows.push_back(i);  // row 0 is the last image
  return set;
}

task::TrainSpec plain(const ImageSet& set, std::int32_t height, std::int32_t width) {
  task::TrainSpec spec;
  spec.input = {static_cast<std::int32_t>(set.images.size(1)), height, width};
  spec.mean.assign(static_cast<std::size_t>(spec.input.channels), 0.0f);
  spec.std.assign(static_cast<std::size_t>(spec.input.channels), 1.0f);
  spec.augment_seed = 5;
  return spec;
}

/// Batch values back to pixels.
at::Tensor pixels_of(const at::Tensor& batch) { return batch * 255; }

at::Tensor raw(const ImageSet& set, std::int64_t position) {
  return set.images[set.rows[static_cast<std::size_t>(position)]].to(at::kFloat);
}

bool near(const at::Tensor& a, const at::Tensor& b, double tolerance = 1e-3) {
  return a.sizes() == b.sizes() && (a - b).abs().max().item<double>() <= tolerance;
}

}  // namespace

TEST_CASE("batch: without augmentation it is the normalised images in the order asked for, channels-last") {
  const ImageSet set = images_of(5, 3, 6, 7);
  task::TrainSpec spec = plain(set, 6, 7);
  spec.mean = {0.1f, 0.2f, 0.3f};
  spec.std = {0.5f, 0.25f, 2.0f};

  const at::Tensor batch = BatchMaker(spec).training(set, {4, 0, 4}, 2, 3);

  REQUIRE(batch.sizes() == at::IntArrayRef({3, 3, 6, 7}));
  CHECK(batch.is_contiguous(at::MemoryFormat::ChannelsLast));
  const at::Tensor mean = at::tensor(spec.mean).view({3, 1, 1}), std = at::tensor(spec.std).view({3, 1, 1});
  for (int i = 0; i < 3; ++i) CHECK(near(batch[i], (raw(set, i == 1 ? 0 : 4) / 255 - mean) / std, 1e-5));
}

TEST_CASE("batch: evaluation takes a range of rows, whole or its centre") {
  const ImageSet set = images_of(4, 1, 8, 9);
  task::TrainSpec spec = plain(set, 8, 9);
  CHECK(near(pixels_of(BatchMaker(spec).evaluation(set, 1, 2))[1], raw(set, 2)));

  spec.input = {1, 4, 4};
  spec.augment.centre_crop = 4;
  const at::Tensor batch = BatchMaker(spec).evaluation(set, 0, 4);

  CHECK(near(pixels_of(batch)[3], raw(set, 3).narrow(1, 2, 4).narrow(2, 2, 4)));
}

TEST_CASE("batch: images that no crop brings to the network's input are refused") {
  const ImageSet set = images_of(2, 1, 8, 8);
  task::TrainSpec spec = plain(set, 6, 6);

  CHECK_THROWS_AS(BatchMaker(spec).evaluation(set, 0, 1), UsageError);
  spec.input = {1, 9, 9};
  CHECK_THROWS_AS(BatchMaker(spec).training(set, {0}, 0, 0), UsageError);
}

TEST_CASE("batch: a flip mirrors an image or leaves it, about half of each") {
  const ImageSet set = images_of(200, 3, 5, 6);
  task::TrainSpec spec = plain(set, 5, 6);
  spec.augment.flip = true;
  std::vector<std::int64_t> positions(200);
  for (std::size_t i = 0; i < 200; ++i) positions[i] = static_cast<std::int64_t>(i);

  const at::Tensor batch = pixels_of(BatchMaker(spec).training(set, positions, 0, 0));

  int mirrored = 0;
  for (std::int64_t i = 0; i < 200; ++i) {
    const bool is_mirrored = near(batch[i], raw(set, i).flip(2));
    REQUIRE((is_mirrored || near(batch[i], raw(set, i))));
    mirrored += is_mirrored;
  }
  CHECK(mirrored > 60);
  CHECK(mirrored < 140);
}

TEST_CASE("batch: a shifted crop is a part of the zero-padded image, and every offset occurs") {
  const ImageSet set = images_of(1, 2, 5, 4);
  task::TrainSpec spec = plain(set, 5, 4);
  spec.augment.shifted_crop = 1;
  const at::Tensor padded = at::constant_pad_nd(raw(set, 0), {1, 1, 1, 1});
  std::array<int, 9> seen{};

  for (int step = 0; step < 200; ++step) {
    const at::Tensor image = pixels_of(BatchMaker(spec).training(set, {0}, 1, step))[0];
    for (int offset = 0; offset < 9; ++offset) {
      seen[static_cast<std::size_t>(offset)] += near(image, padded.narrow(1, offset / 3, 5).narrow(2, offset % 3, 4));
    }
  }

  int total = 0;
  for (const int count : seen) {
    CHECK(count > 0);
    total += count;
  }
  CHECK(total == 200);
}

TEST_CASE("batch: translation moves whole pixels and fills with zeros, flipped or not") {
  const ImageSet set = images_of(1, 1, 6, 10);
  task::TrainSpec spec = plain(set, 6, 10);
  spec.augment.translation = 0.2;
  spec.augment.flip = true;
  int moved = 0;

  for (int step = 0; step < 100; ++step) {
    const auto draw = draw_image(spec.augment, derive(spec.augment_seed, 0, step), 0, spec.input, spec.input);
    const at::Tensor image = pixels_of(BatchMaker(spec).training(set, {0}, 0, step))[0];
    at::Tensor wanted = draw.window.flip ? raw(set, 0).flip(2) : raw(set, 0);
    wanted = at::constant_pad_nd(wanted, {2, 2, 1, 1}).narrow(1, 1 - draw.down, 6).narrow(2, 2 - draw.right, 10);
    REQUIRE(near(image, wanted));
    moved += draw.right != 0 && draw.window.flip;
  }

  CHECK(moved > 10);
}

TEST_CASE("batch: a translation never exceeds its share of the side") {
  const auto most = [](double fraction, std::int32_t side) {
    const task::AugmentSpec augment{.translation = fraction};
    std::int32_t found = 0;
    for (std::uint64_t image = 0; image < 2000; ++image) {
      const auto draw = draw_image(augment, 7, image, {1, side, side}, {1, side, side});
      found = std::max({found, std::abs(draw.down), std::abs(draw.right)});
    }
    return found;
  };

  CHECK(most(0.1, 28) == 2);  // of 2.8 pixels
  CHECK(most(0.1, 30) == 3);
  CHECK(most(0.29, 100) == 29);  // 0.29 * 100 is a little less than 29 in binary
}

TEST_CASE("batch: centred crops are rounded as torchvision rounds them, in training and evaluation alike") {
  // round((outer - inner) / 2.0) in Python
  for (const auto& [outer, begins] : std::map<std::int32_t, std::int32_t>{{8, 2}, {9, 2}, {7, 2}, {5, 0}, {11, 4}}) {
    CHECK(centred_offset(outer, 4) == begins);
    task::TrainSpec spec = plain(images_of(1, 1, outer, outer), 4, 4);
    spec.augment.centre_crop = 4;
    const network::Shape from{1, outer, outer};
    CHECK(BatchMaker(spec).evaluation_window(from).top == begins);
    CHECK(BatchMaker(spec).training_windows(from, 1, 0, 0)[0].left == begins);
  }
}

TEST_CASE("batch: boxes of random resized crops lie in the image, with area and aspect as asked") {
  task::AugmentSpec augment;
  augment.random_resized = 8;

  const bool ok = rc::check([&] {
    const network::Shape from{3, *rc::gen::inRange(4, 60), *rc::gen::inRange(4, 60)};
    const Box box = draw_image(augment, *rc::gen::arbitrary<std::uint64_t>(), 0, from, {3, 8, 8}).box;
    RC_ASSERT(box.height >= 1 && box.width >= 1 && box.top >= 0 && box.left >= 0);
    RC_ASSERT(box.top + box.height <= from.height && box.left + box.width <= from.width);
  });

  CHECK(ok);
  double smallest = 1;
  for (std::uint64_t key = 0; key < 500; ++key) {
    const Box box = draw_image(augment, key, 0, {3, 100, 100}, {3, 8, 8}).box;
    const double aspect = static_cast<double>(box.width) / box.height;
    CHECK(aspect > 0.72);
    CHECK(aspect < 1.40);
    smallest = std::min(smallest, box.height * box.width / 1e4);
  }
  CHECK(smallest > 0.075);
  CHECK(smallest < 0.12);
}

TEST_CASE("batch: a resized crop is the box, resized with antialiasing") {
  const ImageSet set = images_of(3, 3, 20, 24);
  task::TrainSpec spec = plain(set, 8, 8);
  spec.augment.random_resized = 8;
  const Box box = draw_image(spec.augment, derive(spec.augment_seed, 4, 2), 1, {3, 20, 24}, spec.input).box;

  const at::Tensor batch = pixels_of(BatchMaker(spec).training(set, {0, 2}, 4, 2));

  const at::Tensor part = raw(set, 2).narrow(1, box.top, box.height).narrow(2, box.left, box.width);
  CHECK(near(batch[1], at::_upsample_bilinear2d_aa(part.contiguous().unsqueeze(0), {8, 8}, false)[0], 1e-2));
  CHECK(batch.is_contiguous(at::MemoryFormat::ChannelsLast));
}

TEST_CASE("batch: a rotation by nothing leaves the image, by 90 degrees turns it") {
  const ImageSet set = images_of(1, 1, 7, 7);
  task::TrainSpec spec = plain(set, 7, 7);
  spec.augment.rotation_degrees = 1e-9;
  CHECK(near(pixels_of(BatchMaker(spec).training(set, {0}, 0, 0))[0], raw(set, 0), 1e-2));

  spec.augment.rotation_degrees = 45;
  const double angle = draw_image(spec.augment, derive(spec.augment_seed, 0, 0), 0, spec.input, spec.input).radians;
  const at::Tensor turned = pixels_of(BatchMaker(spec).training(set, {0}, 0, 0))[0];

  CHECK(std::abs(angle) <= 45 * 3.15 / 180);
  CHECK_FALSE(near(turned, raw(set, 0), 1));
  CHECK(near(turned[0][3][3], raw(set, 0)[0][3][3], 1e-2));  // the centre stays
}

TEST_CASE("batch: equal keys draw equally; epoch, step and seed draw anew; one change moves no other") {
  const ImageSet set = images_of(6, 3, 16, 16);
  task::TrainSpec spec = plain(set, 16, 16);
  spec.augment = {.flip = true, .shifted_crop = 4, .rotation_degrees = 10, .translation = 0.1};
  const std::vector<std::int64_t> positions{0, 1, 2, 3, 4, 5};
  const BatchMaker maker(spec);

  const at::Tensor batch = maker.training(set, positions, 3, 4);

  CHECK(batch.equal(BatchMaker(spec).training(set, positions, 3, 4)));
  CHECK_FALSE(batch.equal(maker.training(set, positions, 4, 3)));
  CHECK_FALSE(batch.equal(maker.training(set, positions, 3, 5)));
  spec.augment_seed = 6;
  CHECK_FALSE(batch.equal(BatchMaker(spec).training(set, positions, 3, 4)));

  const task::AugmentSpec shifted{.shifted_crop = 4}, both{.flip = true, .shifted_crop = 4};
  for (std::uint64_t i = 0; i < 20; ++i) {
    const auto one = draw_image(shifted, 9, i, spec.input, spec.input),
               two = draw_image(both, 9, i, spec.input, spec.input);
    CHECK(one.window.top == two.window.top);
    CHECK(one.window.left == two.window.left);
  }
}

}  // namespace espalier::data
