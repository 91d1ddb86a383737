#pragma once
// Brings a decoded image to a square of a given side.
#include <ATen/ATen.h>

#include <cstdint>

namespace espalier::data {

/// [C, H, W] uint8 -> [C, side, side]: the shorter side to `side`, antialiased bilinear, then the centre; sizes as
/// torchvision rounds them. Throws Undecodable where the resized image would have more than `max_pixels` pixels.
at::Tensor resized(const at::Tensor& image, std::int64_t side, std::int64_t max_pixels);

/// [N, C, H, W] uint8: each of them resized; unchanged where it has that side.
at::Tensor all_resized(const at::Tensor& images, std::int64_t side, std::int64_t max_pixels);

}  // namespace espalier::data
