#pragma once
// Our two kernels: one text is compiled as C++ for the CPU and by NVRTC for the GPU, and gives the same bits.
#include <ATen/ATen.h>

#include <cstdint>

namespace espalier::device {

/// Images of a pack and how numbers are made of pixels: x = pixel * scale + offset, per channel.
struct Images {
  at::Tensor pixels;         ///< [images, C, H, W] uint8
  at::Tensor scale, offset;  ///< [C] float32
};

/// Which images a batch is made of, for every batch of an epoch: all on the images' device.
struct ImageTable {
  at::Tensor rows;     ///< [batches, batch] int64: of the pack
  at::Tensor windows;  ///< [batches, batch, 3] int32: top and left in the image (may lie outside), mirrored
  at::Tensor place;    ///< [1] int64: the batch that is due
};

/// The first `count` images of the batch that is due: [count, C, height, width] float32 channels-last. Outside an image
/// are pixels of 0.
at::Tensor gather_images(const Images& images, const ImageTable& table, std::int64_t count, std::int64_t height,
                         std::int64_t width);

/// Seeds of the dropout layers for every step of an epoch, on a device.
struct SeedTable {
  at::Tensor seeds;  ///< [steps, layers] int64
  at::Tensor place;  ///< [1] int64: the step that is due
};

/// As model::dropout_mask with the seed of `layer` in the step that is due: [rows, row_elements] float32.
at::Tensor dropout_mask(const SeedTable& table, std::int64_t layer, std::int64_t first_row, std::int64_t rows,
                        std::int64_t row_elements, double probability);

}  // namespace espalier::device
