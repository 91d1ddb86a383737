#pragma once
// Layers whose LibTorch gradients are not deterministic on GPUs, in a form whose gradients are.
#include <ATen/ATen.h>

namespace espalier::model {

/// Mean over `size` neighbouring channels; those outside count as zeros. [N, C, H, W] -> the same shape.
at::Tensor channel_average(const at::Tensor& x, std::int64_t size);

/// As adaptive_avg_pool2d, to [N, C, height, width].
at::Tensor adaptive_average(const at::Tensor& x, std::int64_t height, std::int64_t width);

/// As upsample_bilinear2d without aligned corners, to [N, C, height, width].
at::Tensor resized(const at::Tensor& x, std::int64_t height, std::int64_t width);

/// `x` [N, C, H, W] sampled bilinearly where `maps` [N, 2, 3] say, as affine_grid and grid_sample do without aligned
/// corners and with zeros outside (Jaderberg et al. 2015). The gradient of `maps` is deterministic everywhere, that of
/// `x` on CPUs.
at::Tensor sampled(const at::Tensor& x, const at::Tensor& maps);

}  // namespace espalier::model
