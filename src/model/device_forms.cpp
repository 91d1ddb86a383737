// Channel averaging and adaptive pooling as plain sums and matrix products, deterministic on GPUs.
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

}  // namespace espalier::model
