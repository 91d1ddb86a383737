#pragma once
// One image while it is transformed, and the transforms, a function each. docs/data.md defines them to the last pixel.
#include <vector>

#include "espalier/core/seed.hpp"
#include "espalier/data/pack.hpp"
#include "espalier/task/transform_table.hpp"

namespace espalier::data {

/// Values of 0 to 255, channel by channel, row by row. A transform gives real numbers, which are rounded afterwards.
struct Picture {
  network::Shape shape;
  std::vector<double> values;  ///< [C, H, W]

  explicit Picture(const network::Shape& its_shape)
      : shape(its_shape), values(static_cast<std::size_t>(its_shape.elements()), 0.0) {}
  std::size_t place(std::int64_t channel, std::int64_t y, std::int64_t x) const {
    return static_cast<std::size_t>((channel * shape.height + y) * shape.width + x);
  }
  double& at(std::int64_t channel, std::int64_t y, std::int64_t x) { return values[place(channel, y, x)]; }
  double at(std::int64_t channel, std::int64_t y, std::int64_t x) const { return values[place(channel, y, x)]; }
};

/// What a transform may use besides the picture: its parameters, the stream of this picture, and the other data set.
struct TransformInput {
  const task::TransformSpec& spec;
  SplitMix64 random;
  const Pack* other = nullptr;

  double number(const char* name) const { return task::number_of(spec, name); }
  /// Draws a parameter that may be a range; a fixed one takes a number of the stream, too.
  double drawn(const char* name) {
    const auto span = task::span_of(spec, name);
    return span.least + (span.most - span.least) * random.uniform();
  }
};

Picture blurred(const Picture& picture, TransformInput& input);
Picture noisy(const Picture& picture, TransformInput& input);
Picture occluded(const Picture& picture, TransformInput& input);
Picture affine(const Picture& picture, TransformInput& input);
Picture rotated(const Picture& picture, TransformInput& input);
Picture scaled(const Picture& picture, TransformInput& input);
Picture squared(const Picture& picture, TransformInput& input);
Picture recoloured(const Picture& picture, TransformInput& input);
Picture blended(const Picture& picture, TransformInput& input);
Picture spread_over_channels(const Picture& picture, TransformInput& input);

/// The place of an image of `count` values, mirrored at both ends again and again: c b a | a b c | c b a.
std::int64_t mirrored(std::int64_t place, std::int64_t count);

}  // namespace espalier::data
