// Resizes images as torchvision does, a channel at a time, so that few floats are in memory at once.
#include "data/read/resize_image.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "data/decode/decode_image.hpp"

namespace espalier::data {

at::Tensor resized(const at::Tensor& image, std::int64_t side, std::int64_t max_pixels) {
  const std::int64_t height = image.size(1), width = image.size(2);
  const std::int64_t shorter = std::min(height, width);
  const std::int64_t new_height = side * height / shorter, new_width = side * width / shorter;
  if (new_height > std::max(max_pixels, side * side) / new_width) {
    throw Undecodable("it has " + std::to_string(width) + " x " + std::to_string(height) +
                      " pixels; its longer side would have " + std::to_string(std::max(new_height, new_width)) +
                      " after resizing, and max_pixels allows " + std::to_string(max_pixels) + " in all");
  }
  const auto centre = [&](std::int64_t whole) { return std::lrint(static_cast<double>(whole - side) / 2.0); };
  at::Tensor small = at::empty({image.size(0), side, side}, at::kByte);
  for (std::int64_t c = 0; c < image.size(0); ++c) {
    const at::Tensor plane = image.narrow(0, c, 1).to(at::kFloat).contiguous().unsqueeze(0);
    const at::Tensor large = at::_upsample_bilinear2d_aa(plane, {new_height, new_width}, false)[0][0];
    small[c].copy_(large.narrow(0, centre(new_height), side).narrow(1, centre(new_width), side).round().clamp(0, 255));
  }
  return small;
}

at::Tensor all_resized(const at::Tensor& images, std::int64_t side, std::int64_t max_pixels) {
  if (images.size(2) == side && images.size(3) == side) return images;
  at::Tensor all = at::empty({images.size(0), images.size(1), side, side}, at::kByte);
  for (std::int64_t i = 0; i < images.size(0); ++i) all[i].copy_(resized(images[i], side, max_pixels));
  return all;
}

}  // namespace espalier::data
