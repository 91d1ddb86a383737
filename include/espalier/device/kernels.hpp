#pragma once
// Our two kernels: one text is compiled as C++ for the CPU and by NVRTC for the GPU, and gives the same bits.
#include <ATen/ATen.h>

#include <cstdint>

namespace espalier::device {

/// The images of a pack, and how pixels become numbers: x = pixel * scale + offset, per channel.
struct Images {
  at::Tensor pixels;         ///< [images, C, H, W] uint8
  at::Tensor scale, offset;  ///< [C] float32
};

/// The images that make up each batch of an epoch. All tensors are on the images' device.
struct ImageTable {
  at::Tensor rows;     ///< [batches, batch] int64: rows of the pack
  at::Tensor windows;  ///< [batches, batch, 3] int32: top and left in the image (may lie outside), mirrored
  at::Tensor index;    ///< [1] int64: index of the batch that is due
};

/// The first `count` images of the batch that is due: [count, C, height, width] float32 channels-last. Pixels outside
/// an image are 0.
at::Tensor gather_images(const Images& images, const ImageTable& table, std::int64_t count, std::int64_t height,
                         std::int64_t width);

/// The seeds of all dropout layers for every step of an epoch.
struct SeedTable {
  at::Tensor seeds;  ///< [steps, layers] int64
  at::Tensor index;  ///< [1] int64: index of the step that is due
};

/// The same mask as model::dropout_mask, with the seed of `layer` in the step that is due: [rows, row_elements]
/// float32.
at::Tensor dropout_mask(const SeedTable& table, std::int64_t layer, std::int64_t first_row, std::int64_t rows,
                        std::int64_t row_elements, double probability);

}  // namespace espalier::device
