// Draws flips, crops, rotations and shifts for each image of a training batch.
#include "data/batch/augment_draws.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "espalier/core/seed.hpp"

namespace espalier::data {
namespace {

enum class Stream : std::uint64_t { flip = 1, crop, resized, rotation, translation };

double between(SplitMix64& random, double low, double high) { return low + (high - low) * random.uniform(); }

/// Uniform in [low, high], both whole.
std::int32_t whole_between(SplitMix64& random, std::int32_t low, std::int32_t high) {
  return low + static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(high - low) + 1));
}

/// The offset of a crop of `inner` pixels out of `outer` with `pad` pixels of zeros on either side. The crop is centred
/// without `pad`; an image smaller than the crop is centred within its padding.
std::int32_t crop_offset(SplitMix64& random, std::int32_t outer, std::int32_t inner, std::int32_t pad) {
  const std::int32_t centred = centred_offset(outer, inner);
  if (pad == 0) return centred;
  const std::int32_t low = -pad, high = outer - inner + pad;
  return low <= high ? whole_between(random, low, high) : centred;
}

/// As torchvision's RandomResizedCrop: ten tries, then the largest centred part of a permitted aspect.
Box resized_box(SplitMix64& random, const network::Shape& from) {
  constexpr double kSmallest = 0.08, kAspect = 4.0 / 3.0;
  const double area = static_cast<double>(from.height) * from.width;
  for (int attempt = 0; attempt < 10; ++attempt) {
    const double target = area * between(random, kSmallest, 1);
    const double aspect = std::exp(between(random, -std::log(kAspect), std::log(kAspect)));
    const auto width = static_cast<std::int32_t>(std::lround(std::sqrt(target * aspect)));
    const auto height = static_cast<std::int32_t>(std::lround(std::sqrt(target / aspect)));
    if (width < 1 || height < 1 || width > from.width || height > from.height) continue;
    const std::int32_t top = whole_between(random, 0, from.height - height);
    return {top, whole_between(random, 0, from.width - width), height, width};
  }
  const auto limit = [](std::int32_t side) {
    return std::max(1, static_cast<std::int32_t>(std::lround(side * kAspect)));
  };
  const std::int32_t height = std::min(from.height, limit(from.width)),
                     width = std::min(from.width, limit(from.height));
  return {(from.height - height) / 2, (from.width - width) / 2, height, width};
}

/// Whole pixels, at most `fraction` of the side: 2.8 pixels allow 2.
std::int32_t shift(SplitMix64& random, double fraction, std::int32_t side) {
  constexpr double kRounding = 1e-9;  // 0.29 of 100 pixels are 29
  const auto most = static_cast<std::int32_t>(std::floor(fraction * side + kRounding));
  return std::clamp(static_cast<std::int32_t>(std::lround(between(random, -fraction, fraction) * side)), -most, most);
}

}  // namespace

std::int32_t centred_offset(std::int32_t outer, std::int32_t inner) {
  return static_cast<std::int32_t>(std::lrint((outer - inner) / 2.0));
}

ImageDraw draw_image(const task::AugmentSpec& augment, std::uint64_t key, std::uint64_t image,
                     const network::Shape& from, const network::Shape& input) {
  const auto stream = [&](Stream kind) { return SplitMix64(derive(key, image, static_cast<std::uint64_t>(kind))); };
  ImageDraw draw;
  SplitMix64 crop = stream(Stream::crop);
  draw.window.top = crop_offset(crop, from.height, input.height, augment.shifted_crop);
  draw.window.left = crop_offset(crop, from.width, input.width, augment.shifted_crop);
  draw.window.flip = augment.flip && stream(Stream::flip).uniform() < 0.5;
  if (augment.random_resized > 0) {
    SplitMix64 random = stream(Stream::resized);
    draw.box = resized_box(random, from);
  }
  if (augment.rotation_degrees > 0) {
    SplitMix64 random = stream(Stream::rotation);
    draw.radians = between(random, -augment.rotation_degrees, augment.rotation_degrees) * std::numbers::pi / 180;
  }
  if (augment.translation > 0) {
    SplitMix64 random = stream(Stream::translation);
    draw.down = shift(random, augment.translation, input.height);
    draw.right = shift(random, augment.translation, input.width);
    draw.window.top -= draw.down;
    draw.window.left += draw.window.flip ? draw.right : -draw.right;
  }
  return draw;
}

}  // namespace espalier::data
