#pragma once
// Augmentation that interpolates between pixels: resized crops and rotations, on floats before normalisation.
#include <ATen/ATen.h>

#include <vector>

#include "data/batch/augment_draws.hpp"

namespace espalier::data {

/// Cuts the drawn box out of each row, resizes it to `input` (antialiased bilinear), flips it where drawn: [n, C, H,
/// W].
at::Tensor resized_crops(const at::Tensor& images, const std::vector<std::int64_t>& rows,
                         const std::vector<ImageDraw>& draws, const network::Shape& input);

enum class Move : bool { no, yes };

/// Rotates each image about its centre, bilinearly; pixels outside are 0. With Move::yes it is shifted first, as drawn.
at::Tensor rotated(const at::Tensor& batch, const std::vector<ImageDraw>& draws, Move move);

}  // namespace espalier::data
