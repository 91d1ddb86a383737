// Transforms of pixel values where they stand: blur, noise and occlusion.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "data/derive/picture.hpp"

namespace espalier::data {
namespace {

constexpr double kTruncated = 4;  ///< standard deviations, as of scipy.ndimage

/// Weights of the places -radius to radius, which sum to 1.
std::vector<double> gaussian(double sigma) {
  const auto radius = static_cast<std::int64_t>(kTruncated * sigma + 0.5);
  std::vector<double> weights;
  double sum = 0;
  for (std::int64_t place = -radius; place <= radius; ++place) {
    const double distance = static_cast<double>(place) / sigma;
    weights.push_back(radius == 0 ? 1 : std::exp(-0.5 * distance * distance));
    sum += weights.back();
  }
  for (double& weight : weights) weight /= sum;
  return weights;
}

/// Filters one line of `count` values that are `stride` apart.
void filter_line(const double* from, double* to, std::int64_t count, std::int64_t stride,
                 const std::vector<double>& weights) {
  const auto radius = static_cast<std::int64_t>(weights.size() / 2);
  for (std::int64_t i = 0; i < count; ++i) {
    double sum = 0;
    for (std::int64_t k = -radius; k <= radius; ++k)
      sum += weights[static_cast<std::size_t>(k + radius)] * from[mirrored(i + k, count) * stride];
    to[i * stride] = sum;
  }
}

}  // namespace

std::int64_t mirrored(std::int64_t place, std::int64_t count) {
  const std::int64_t period = 2 * count;
  const std::int64_t in_period = ((place % period) + period) % period;
  return in_period < count ? in_period : period - 1 - in_period;
}

Picture blurred(const Picture& picture, TransformInput& input) {
  const auto weights = gaussian(input.number("sigma"));
  const auto& [channels, height, width] = picture.shape;
  Picture columns(picture.shape), result(picture.shape);
  for (std::int32_t c = 0; c < channels; ++c) {
    for (std::int32_t x = 0; x < width; ++x)
      filter_line(&picture.values[picture.place(c, 0, x)], &columns.at(c, 0, x), height, width, weights);
    for (std::int32_t y = 0; y < height; ++y) filter_line(&columns.at(c, y, 0), &result.at(c, y, 0), width, 1, weights);
  }
  return result;
}

/// Box and Muller's transform: two uniform numbers give the noise of two values.
Picture noisy(const Picture& picture, TransformInput& input) {
  const double sigma = input.number("sigma");
  Picture result = picture;
  for (std::size_t i = 0; i < result.values.size(); i += 2) {
    const double radius = sigma * std::sqrt(-2 * std::log(1 - input.random.uniform()));
    const double angle = 2 * std::numbers::pi * input.random.uniform();
    result.values[i] += radius * std::cos(angle);
    if (i + 1 < result.values.size()) result.values[i + 1] += radius * std::sin(angle);
  }
  return result;
}

Picture occluded(const Picture& picture, TransformInput& input) {
  const auto whole = [&](const char* name, std::int64_t otherwise) {
    const auto given = task::given_number(input.spec, name);
    return given ? static_cast<std::int64_t>(*given) : otherwise;
  };
  const auto drawn = [&](std::int64_t room) {
    return static_cast<std::int64_t>(input.random.below(static_cast<std::uint64_t>(room + 1)));
  };
  const std::int64_t height = whole("height", picture.shape.height), width = whole("width", picture.shape.width);
  const std::int64_t drawn_top = drawn(picture.shape.height - height), drawn_left = drawn(picture.shape.width - width);
  const std::int64_t top = whole("top", drawn_top), left = whole("left", drawn_left);
  Picture result = picture;
  for (std::int32_t c = 0; c < picture.shape.channels; ++c) {
    for (std::int64_t y = top; y < top + height; ++y) {
      for (std::int64_t x = left; x < left + width; ++x) result.at(c, y, x) = input.number("value");
    }
  }
  return result;
}

}  // namespace espalier::data
