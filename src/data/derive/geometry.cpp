// Transforms that move pixels: affine maps and rotations by bilinear interpolation, and changes of size.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "data/derive/picture.hpp"

namespace espalier::data {
namespace {

/// A map of the plane about the centre of an image: x to the right, y downwards.
struct Affine {
  double xx = 1, xy = 0, yx = 0, yy = 1;  ///< x' = xx x + xy y + x0, y' = yx x + yy y + y0
  double x0 = 0, y0 = 0;
};

double radians(double degrees) { return degrees * std::numbers::pi / 180; }

/// Anticlockwise as one looks at the image, whose y points downwards.
Affine rotation_by(double degrees) {
  const double c = std::cos(radians(degrees)), s = std::sin(radians(degrees));
  return {c, s, -s, c, 0, 0};
}

/// The value between the four pixels around a point; pixels outside are `fill`.
double bilinear(const Picture& picture, std::int32_t channel, double y, double x, double fill) {
  const double top = std::floor(y), left = std::floor(x);
  const double down = y - top, right = x - left;
  const auto pixel = [&](double row, double column) {
    const bool inside = row >= 0 && column >= 0 && row < picture.shape.height && column < picture.shape.width;
    return inside ? picture.at(channel, static_cast<std::int64_t>(row), static_cast<std::int64_t>(column)) : fill;
  };
  return (1 - down) * ((1 - right) * pixel(top, left) + right * pixel(top, left + 1)) +
         down * ((1 - right) * pixel(top + 1, left) + right * pixel(top + 1, left + 1));
}

/// Each pixel of the result is looked up where the map takes it from.
Picture warped(const Picture& picture, const Affine& map, double fill) {
  const double determinant = map.xx * map.yy - map.xy * map.yx;
  const double middle_y = (picture.shape.height - 1) / 2.0, middle_x = (picture.shape.width - 1) / 2.0;
  Picture result(picture.shape);
  for (std::int32_t y = 0; y < picture.shape.height; ++y) {
    for (std::int32_t x = 0; x < picture.shape.width; ++x) {
      const double to_x = x - middle_x - map.x0, to_y = y - middle_y - map.y0;
      const double from_x = (map.yy * to_x - map.xy * to_y) / determinant + middle_x;
      const double from_y = (map.xx * to_y - map.yx * to_x) / determinant + middle_y;
      for (std::int32_t c = 0; c < picture.shape.channels; ++c)
        result.at(c, y, x) = bilinear(picture, c, from_y, from_x, fill);
    }
  }
  return result;
}

/// Weights of the pixels first, first + 1, ... of a line in one pixel of another size.
struct Weights {
  std::int64_t first = 0;
  std::vector<double> of;
};

/// A triangle about the place of the new pixel; where the line gets shorter, as much wider, which is what antialiasing
/// is.
std::vector<Weights> line_weights(std::int64_t before, std::int64_t after) {
  const double ratio = static_cast<double>(before) / static_cast<double>(after), support = std::max(1.0, ratio);
  std::vector<Weights> all(static_cast<std::size_t>(after));
  for (std::int64_t i = 0; i < after; ++i) {
    Weights& weights = all[static_cast<std::size_t>(i)];
    const double centre = (static_cast<double>(i) + 0.5) * ratio;
    weights.first = std::max<std::int64_t>(0, static_cast<std::int64_t>(std::floor(centre - support)));
    const auto end = std::min<std::int64_t>(before, static_cast<std::int64_t>(std::ceil(centre + support)) + 1);
    double sum = 0;
    for (std::int64_t j = weights.first; j < end; ++j) {
      weights.of.push_back(std::max(0.0, 1 - std::abs(static_cast<double>(j) + 0.5 - centre) / support));
      sum += weights.of.back();
    }
    for (double& weight : weights.of) weight /= sum;
  }
  return all;
}

double weighted(const Weights& weights, const double* line, std::int64_t stride) {
  double sum = 0;
  for (std::size_t i = 0; i < weights.of.size(); ++i)
    sum += weights.of[i] * line[(weights.first + static_cast<std::int64_t>(i)) * stride];
  return sum;
}

/// Columns first, then rows.
Picture resampled(const Picture& picture, std::int32_t height, std::int32_t width) {
  const auto& [channels, old_height, old_width] = picture.shape;
  const auto down = line_weights(old_height, height), across = line_weights(old_width, width);
  Picture columns({channels, height, old_width}), result({channels, height, width});
  for (std::int32_t c = 0; c < channels; ++c) {
    for (std::int32_t y = 0; y < height; ++y) {
      for (std::int32_t x = 0; x < old_width; ++x)
        columns.at(c, y, x) =
            weighted(down[static_cast<std::size_t>(y)], &picture.values[picture.place(c, 0, x)], old_width);
      for (std::int32_t x = 0; x < width; ++x)
        result.at(c, y, x) = weighted(across[static_cast<std::size_t>(x)], &columns.at(c, y, 0), 1);
    }
  }
  return result;
}

/// Half of the difference, rounded down, for sides of both orders.
std::int64_t margin(std::int64_t whole, std::int64_t part) {
  return static_cast<std::int64_t>(std::floor(static_cast<double>(whole - part) / 2));
}

}  // namespace

Picture affine(const Picture& picture, TransformInput& input) {
  const double rotation = input.drawn("rotation"), scale = input.drawn("scale"), shear = input.drawn("shear");
  const double shift_x = input.drawn("shift_x"), shift_y = input.drawn("shift_y");
  const double lean = std::tan(radians(-shear));  // what is above, where y is negative, goes to the right
  const Affine turned = rotation_by(rotation);
  return warped(picture,
                {scale * turned.xx, scale * (turned.xx * lean + turned.xy), scale * turned.yx,
                 scale * (turned.yx * lean + turned.yy), shift_x * picture.shape.width, shift_y * picture.shape.height},
                input.number("fill"));
}

Picture rotated(const Picture& picture, TransformInput& input) {
  return warped(picture, rotation_by(input.drawn("angle")), input.number("fill"));
}

Picture scaled(const Picture& picture, TransformInput& input) {
  const double factor = input.number("factor");
  const auto side = [&](std::int32_t whole) {
    return std::max<std::int32_t>(1, static_cast<std::int32_t>(std::floor(whole * factor + 0.5)));
  };
  const Picture other = resampled(picture, side(picture.shape.height), side(picture.shape.width));
  const std::string pad = task::word_of(input.spec, "pad");
  const auto place = [&](std::int64_t wanted, std::int64_t count) {
    return pad == "symmetric" ? mirrored(wanted, count) : std::clamp<std::int64_t>(wanted, 0, count - 1);
  };
  const std::int64_t top = margin(picture.shape.height, other.shape.height);
  const std::int64_t left = margin(picture.shape.width, other.shape.width);
  Picture result(picture.shape);
  for (std::int32_t c = 0; c < picture.shape.channels; ++c) {
    for (std::int64_t y = 0; y < picture.shape.height; ++y) {
      for (std::int64_t x = 0; x < picture.shape.width; ++x) {
        const auto from_y = place(y - top, other.shape.height), from_x = place(x - left, other.shape.width);
        const bool inside = from_y == y - top && from_x == x - left;
        result.at(c, y, x) = inside || pad != "zero" ? other.at(c, from_y, from_x) : 0;
      }
    }
  }
  return result;
}

Picture squared(const Picture& picture, TransformInput& input) {
  const auto side = static_cast<std::int32_t>(input.number("size"));
  return resampled(picture, side, side);
}

}  // namespace espalier::data
