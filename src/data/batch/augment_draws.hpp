#pragma once
// Random draws of augmentation: one stream per kind of change and image, so turning one on moves no other.
// A member of a group that has a part of a batch draws what the whole batch would.
#include <cstdint>
#include <vector>

#include "data/batch/gather.hpp"
#include "espalier/task/task.hpp"

namespace espalier::data {

/// A part of an image, in its pixels.
struct Box {
  std::int32_t top = 0, left = 0, height = 0, width = 0;
};

struct ImageDraw {
  Window window;  ///< flip, shifted crop and translation (whole pixels)
  Box box;        ///< the part that a random resized crop takes
  double radians = 0;
  std::int32_t down = 0, right = 0;  ///< translation in pixels, already in `window`
};

/// Where a centred crop begins, as torchvision's CenterCrop rounds it (halves to even) and folders are resized.
std::int32_t centred_offset(std::int32_t outer, std::int32_t inner);

/// `key` is derived from (seed, epoch, step); `from` is the shape of a packed image, `input` that of the network's
/// input.
ImageDraw draw_image(const task::AugmentSpec& augment, std::uint64_t key, std::uint64_t image,
                     const network::Shape& from, const network::Shape& input);

}  // namespace espalier::data
