#include "model/device_forms.hpp"

#include "espalier/core/seed.hpp"
#include "espalier/device/kernels.hpp"
#include "espalier/model/dropout_mask.hpp"
#include "support/catch_after_torch.hpp"

using namespace espalier;

TEST_CASE("device forms: neighbouring channels are averaged as avg_pool3d does") {
  const at::Tensor x = at::rand({2, 7, 3, 4}, at::kDouble);
  for (const std::int64_t size : {1, 3, 4, 5}) {
    const at::Tensor padded = at::constant_pad_nd(x.unsqueeze(1), {0, 0, 0, 0, size / 2, (size - 1) / 2});
    const at::Tensor pooled = at::avg_pool3d(padded, {size, 1, 1}, {1, 1, 1}).squeeze(1);
    CHECK(at::allclose(model::channel_average(x, size), pooled));
  }
}

TEST_CASE("device forms: adaptive average pooling is LibTorch's, values and gradients") {
  for (const auto& [from, to] : {std::pair{6, 6}, {13, 6}, {7, 1}, {5, 7}, {12, 4}}) {
    const at::Tensor x = at::rand({2, 3, from, from + 1}, at::kDouble).set_requires_grad(true);
    const at::Tensor y = x.detach().clone().set_requires_grad(true);
    const at::Tensor ours = model::adaptive_average(x, to, to + 1), theirs = at::adaptive_avg_pool2d(y, {to, to + 1});
    const at::Tensor weights = at::rand_like(theirs);
    (ours * weights).sum().backward();
    (theirs * weights).sum().backward();
    CHECK(at::allclose(ours, theirs));
    CHECK(at::allclose(x.grad(), y.grad()));
  }
}

TEST_CASE("device forms: resizing is LibTorch's bilinear one, values and gradients") {
  for (const auto& [from, to] : {std::pair{6, 6}, {32, 227}, {13, 6}, {1, 5}, {7, 1}, {5, 7}, {12, 4}}) {
    const at::Tensor x = at::rand({2, 3, from, from + 1}, at::kDouble).set_requires_grad(true);
    const at::Tensor y = x.detach().clone().set_requires_grad(true);
    const at::Tensor ours = model::resized(x, to, to + 1), theirs = at::upsample_bilinear2d(y, {to, to + 1}, false);
    const at::Tensor weights = at::rand_like(theirs);
    (ours * weights).sum().backward();
    (theirs * weights).sum().backward();
    CHECK(at::allclose(ours, theirs));
    CHECK(at::allclose(x.grad(), y.grad()));
  }
}

TEST_CASE("device forms: affine sampling is LibTorch's affine_grid and grid_sample, values and gradients") {
  for (const auto& [height, width] : {std::pair{6, 6}, {5, 9}, {1, 4}}) {
    const at::Tensor identity = at::eye(2, 3, at::kDouble);
    const at::Tensor maps = (identity + at::randn({3, 2, 3}, at::kDouble) * 0.4).set_requires_grad(true);
    const at::Tensor others = maps.detach().clone().set_requires_grad(true);
    const at::Tensor x = at::rand({3, 2, height, width}, at::kDouble).set_requires_grad(true);
    const at::Tensor y = x.detach().clone().set_requires_grad(true);
    const at::Tensor grid = at::affine_grid_generator(others, {3, 2, height, width}, false);
    const at::Tensor ours = model::sampled(x, maps), theirs = at::grid_sampler(y, grid, 0, 0, false);
    const at::Tensor weights = at::rand_like(theirs);
    (ours * weights).sum().backward();
    (theirs * weights).sum().backward();
    CHECK(at::allclose(ours, theirs));
    CHECK(at::allclose(maps.grad(), others.grad()));
    CHECK(at::allclose(x.grad(), y.grad()));
    CHECK(at::allclose(model::sampled(y.detach(), identity.expand({3, 2, 3})), y.detach()));
  }
}

TEST_CASE("device forms: masks are drawn by splitmix64's own sequence, whose seed stands in a table") {
  const std::vector<std::int64_t> seeds{5, -7, 123456789012345, 1, 2, 3};  // 3 steps of 2 layers
  const device::SeedTable table{at::tensor(seeds, at::kLong).view({3, 2}), at::tensor({std::int64_t{1}}, at::kLong)};
  for (const std::int64_t layer : {0, 1}) {
    for (const std::int64_t first : {0, 4}) {
      const auto seed = static_cast<std::uint64_t>(seeds[static_cast<std::size_t>(2 + layer)]);
      SplitMix64 random(seed);
      at::Tensor expected = at::empty({first + 6, 11});
      for (std::int64_t i = 0; i < expected.numel(); ++i) {
        const bool dropped = (random.next() >> 32) < static_cast<std::uint32_t>(0.3 * 4294967296.0);
        expected.view({-1})[i] = dropped ? 0.0f : 1.0f / static_cast<float>(1.0 - 0.3);
      }
      CHECK(at::equal(device::dropout_mask(table, layer, first, 6, 11, 0.3), expected.slice(0, first)));
      CHECK(at::equal(model::dropout_mask(first, 6, 11, 0.3, seed), expected.slice(0, first)));
    }
  }
}
