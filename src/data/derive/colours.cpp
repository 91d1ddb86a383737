// Transforms of colours: YUV, HSV, grey, inverted values, grey images in three channels, and blends with photographs.
#include <algorithm>
#include <cmath>

#include "data/derive/picture.hpp"

namespace espalier::data {
namespace {

struct Colour {
  double r = 0, g = 0, b = 0;
};

constexpr double kRed = 0.299, kGreen = 0.587, kBlue = 0.114;  ///< ITU-R BT.601

double luma(const Colour& c) { return kRed * c.r + kGreen * c.g + kBlue * c.b; }

/// Full range, as JPEG files hold it.
Colour yuv(const Colour& c) {
  const double y = luma(c);
  return {y, (c.b - y) / (2 * (1 - kBlue)) + 128, (c.r - y) / (2 * (1 - kRed)) + 128};
}

/// Each of hue, saturation and value as 0 to 255; a grey's hue is 0.
Colour hsv(const Colour& c) {
  const double most = std::max({c.r, c.g, c.b}), least = std::min({c.r, c.g, c.b}), spread = most - least;
  if (spread == 0) return {0, 0, most};
  double hue = most == c.r ? (c.g - c.b) / spread : most == c.g ? 2 + (c.b - c.r) / spread : 4 + (c.r - c.g) / spread;
  if (hue < 0) hue += 6;
  return {hue / 6 * 255, spread / most * 255, most};
}

Colour grey(const Colour& c) { return {luma(c), luma(c), luma(c)}; }

/// A random part of a random image of the other data set.
struct Crop {
  const std::uint8_t* image = nullptr;
  network::Shape shape;  ///< of the whole image
  std::int64_t top = 0, left = 0;

  double at(std::int64_t channel, std::int64_t y, std::int64_t x) const {
    return image[(channel * shape.height + top + y) * shape.width + left + x];
  }
};

Crop drawn_crop(const network::Shape& shape, TransformInput& input) {
  const Pack& other = *input.other;
  const auto below = [&](std::int64_t bound) {
    return static_cast<std::int64_t>(input.random.below(static_cast<std::uint64_t>(bound)));
  };
  const auto used = task::given_number(input.spec, "images");
  const std::int64_t row = below(used ? static_cast<std::int64_t>(*used) : other.images.size(0));
  Crop part{other.images.const_data_ptr<std::uint8_t>() + row * other.shape().elements(), other.shape(), 0, 0};
  part.top = below(part.shape.height - shape.height + 1);
  part.left = below(part.shape.width - shape.width + 1);
  return part;
}

}  // namespace

Picture recoloured(const Picture& picture, TransformInput& input) {
  Picture result = picture;
  const std::string to = task::word_of(input.spec, "to");
  if (to == "invert") {
    for (double& value : result.values) value = 255 - value;
    return result;
  }
  const auto change = to == "yuv" ? yuv : to == "hsv" ? hsv : grey;
  const std::size_t area = picture.values.size() / 3;
  for (std::size_t i = 0; i < area; ++i) {
    const auto& old = picture.values;
    const Colour colour = change({old[i], old[i + area], old[i + 2 * area]});
    result.values[i] = colour.r;
    result.values[i + area] = colour.g;
    result.values[i + 2 * area] = colour.b;
  }
  return result;
}

Picture spread_over_channels(const Picture& picture, TransformInput&) {
  Picture result({3, picture.shape.height, picture.shape.width});
  for (std::size_t c = 0; c < 3; ++c)
    std::copy(picture.values.begin(), picture.values.end(),
              result.values.begin() + static_cast<std::ptrdiff_t>(c * picture.values.size()));
  return result;
}

/// As MNIST-M (Ganin and Lempitsky 2015).
Picture blended(const Picture& picture, TransformInput& input) {
  const Crop part = drawn_crop(picture.shape, input);
  Picture result({part.shape.channels, picture.shape.height, picture.shape.width});
  for (std::int32_t c = 0; c < result.shape.channels; ++c) {
    const std::int32_t own = picture.shape.channels == 1 ? 0 : c;
    for (std::int32_t y = 0; y < result.shape.height; ++y) {
      for (std::int32_t x = 0; x < result.shape.width; ++x)
        result.at(c, y, x) = std::abs(part.at(c, y, x) - picture.at(own, y, x));
    }
  }
  return result;
}

}  // namespace espalier::data
