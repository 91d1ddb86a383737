#pragma once
// Finds images that are equal pixel for pixel.
#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

namespace espalier::data {

/// An image that another, earlier one equals: rows of the tensors that were compared.
struct SameImages {
  std::int64_t first = 0, second = 0;
};

/// For each image of [N, C, H, W] uint8 that equals an earlier one, that and the first of its likes; in order.
std::vector<SameImages> same_within(const at::Tensor& images);

/// For each of `later` that equals one of `earlier` (of the same shape), its row and the first such row of `earlier`.
std::vector<SameImages> same_between(const at::Tensor& earlier, const at::Tensor& later);

}  // namespace espalier::data
