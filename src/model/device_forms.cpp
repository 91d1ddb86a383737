// Channel averaging, adaptive pooling, bilinear resizing and affine sampling as plain sums, deterministic on GPUs.
#include "device_forms.hpp"

namespace espalier::model {
namespace {

/// [to, from]: row i averages positions floor(i * from / to) to ceil((i + 1) * from / to) - 1. Made on the device.
at::Tensor averaging(std::int64_t from, std::int64_t to, const at::TensorOptions& options) {
  const at::Tensor row = at::arange(to, options.dtype(at::kLong)).unsqueeze(1);
  const at::Tensor position = at::arange(from, options.dtype(at::kLong)).unsqueeze(0);
  const at::Tensor first = (row * from).floor_divide(to), end = ((row + 1) * from + to - 1).floor_divide(to);
  const at::Tensor inside = position.ge(first).logical_and(position.lt(end));
  return inside.to(options.dtype()) / (end - first).to(options.dtype());
}

/// [to, from]: row i weighs the two positions nearest to (i + 1/2) * from / to - 1/2 by their nearness; what lies
/// outside takes the outermost one. Made on the device.
at::Tensor interpolation(std::int64_t from, std::int64_t to, const at::TensorOptions& options) {
  const auto exact = options.dtype(options.dtype() == at::kDouble ? at::kDouble : at::kFloat);
  const double scale = static_cast<double>(from) / static_cast<double>(to);
  const at::Tensor place = at::arange(to, exact).add(0.5).mul(scale).sub(0.5).clamp(0, static_cast<double>(from - 1));
  const at::Tensor distance = place.unsqueeze(1).sub(at::arange(from, exact).unsqueeze(0)).abs();
  return distance.neg().add(1).clamp_min(0).to(options.dtype());
}

}  // namespace

at::Tensor channel_average(const at::Tensor& x, std::int64_t size) {
  const at::Tensor padded = at::constant_pad_nd(x, {0, 0, 0, 0, size / 2, (size - 1) / 2});
  at::Tensor sum = padded.narrow(1, 0, x.size(1));
  for (std::int64_t i = 1; i < size; ++i) sum = sum + padded.narrow(1, i, x.size(1));
  return sum / static_cast<double>(size);
}

at::Tensor adaptive_average(const at::Tensor& x, std::int64_t height, std::int64_t width) {
  if (x.size(2) == height && x.size(3) == width) return x;
  if (height == 1 && width == 1) return x.mean({2, 3}, true);
  const auto options = x.options();
  return at::matmul(at::matmul(averaging(x.size(2), height, options), x),
                    averaging(x.size(3), width, options).transpose(0, 1));
}

at::Tensor resized(const at::Tensor& x, std::int64_t height, std::int64_t width) {
  if (x.size(2) == height && x.size(3) == width) return x;
  const auto options = x.options();
  return at::matmul(at::matmul(interpolation(x.size(2), height, options), x),
                    interpolation(x.size(3), width, options).transpose(0, 1));
}

namespace {

/// Centres of pixels along one side, from -1 to 1.
at::Tensor centres(std::int64_t side, const at::TensorOptions& options) {
  return at::arange(side, options).mul(2).add(1).div(static_cast<double>(side)).sub(1);
}

/// The pixels next to a place along one side, and how near they are; one that is outside has weight 0.
struct Neighbours {
  at::Tensor index[2], weight[2];
};

Neighbours neighbours(const at::Tensor& place, std::int64_t side) {
  const at::Tensor first = place.detach().floor(), behind = place - first;
  Neighbours all;
  for (int i = 0; i < 2; ++i) {
    const at::Tensor pixel = first + i, inside = pixel.ge(0).logical_and(pixel.lt(side));
    all.index[i] = pixel.clamp(0, static_cast<double>(side - 1)).to(at::kLong);
    all.weight[i] = (i == 0 ? 1 - behind : behind) * inside;
  }
  return all;
}

}  // namespace

at::Tensor sampled(const at::Tensor& x, const at::Tensor& maps) {
  const auto n = x.size(0), channels = x.size(1), height = x.size(2), width = x.size(3);
  const auto options = maps.options();
  const at::Tensor across = centres(width, options).view({1, 1, width}),
                   down = centres(height, options).view({1, height, 1});
  const auto coordinate = [&](std::int64_t row, std::int64_t side) {
    const auto number = [&](std::int64_t column) { return maps.select(1, row).select(1, column).view({n, 1, 1}); };
    const at::Tensor place = number(0) * across + number(1) * down + number(2);
    return neighbours(((place + 1) * static_cast<double>(side) - 1) / 2, side);
  };
  const Neighbours columns = coordinate(0, width), rows = coordinate(1, height);
  const at::Tensor pixels = x.reshape({n, channels, height * width});
  at::Tensor sum;
  for (int i = 0; i < 2; ++i) {
    for (int j = 0; j < 2; ++j) {
      const at::Tensor index = (rows.index[i] * width + columns.index[j]).view({n, 1, height * width});
      const at::Tensor weight = (rows.weight[i] * columns.weight[j]).view({n, 1, height * width}).to(x.scalar_type());
      const at::Tensor part = pixels.gather(2, index.expand({n, channels, height * width})) * weight;
      sum = sum.defined() ? sum + part : part;
    }
  }
  return sum.view({n, channels, height, width}).contiguous(at::MemoryFormat::ChannelsLast);
}

}  // namespace espalier::model
