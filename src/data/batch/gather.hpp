#pragma once
// Makes one float batch of rows of a packed data set, in one pass over the pixels.
#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

#include "espalier/data/batch_maker.hpp"
#include "espalier/network/layer.hpp"

namespace espalier::data {

/// x = pixel * scale + offset, per channel.
struct Affine {
  std::vector<float> scale, offset;
};

/// [N, C, H, W] uint8 -> [rows, C, shape.height, shape.width] float32, channels-last; one window a row.
at::Tensor gather(const at::Tensor& images, const std::vector<std::int64_t>& rows, const std::vector<Window>& windows,
                  const network::Shape& shape, const Affine& affine);

}  // namespace espalier::data
