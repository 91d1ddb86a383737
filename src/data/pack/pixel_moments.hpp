#pragma once
// The mean and standard deviation of a pack's pixels, over all of its images or over those left for training.
#include <ATen/ATen.h>

#include <cstdint>
#include <filesystem>
#include <vector>

#include "espalier/data/resolve.hpp"

namespace espalier::data {

/// Per channel, on pixels / 255. A channel that never varies has std 1.
struct PixelMoments {
  std::vector<float> mean, std;
};

/// Over the images [N, C, H, W] uint8 at `rows`. Pixel values are counted exactly, so that the result depends neither
/// on order nor on threads.
PixelMoments moments_of(const at::Tensor& images, const std::vector<std::int64_t>& rows);

/// The images that a study holds out of a pack: those at the end of each class, or of all where an image may have
/// several labels.
struct HeldOut {
  std::int32_t images = 0;
  task::ImageOrder order = task::ImageOrder::shuffled;
};

/// Over the images of the pack `facts` that are not held out; over all where none is left. Found once and remembered in
/// `cache`. Throws what opening the pack throws.
PixelMoments training_moments(const PackFacts& facts, const HeldOut& held_out, const std::filesystem::path& cache);

}  // namespace espalier::data
