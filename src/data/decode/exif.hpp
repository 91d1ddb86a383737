#pragma once
// The orientation that a camera noted in a picture's Exif data.
#include <ATen/ATen.h>

#include "espalier/core/hash.hpp"

namespace espalier::data {

/// 1 to 8 as in Exif 2.3, section 4.6.4 A; 1 (upright) where there is none or it cannot be read. `tiff` begins with the
/// byte order, behind "Exif\0\0".
int orientation_of(Bytes tiff);

/// Turns and mirrors [H, W, 3] so that it stands upright.
at::Tensor upright(const at::Tensor& pixels, int orientation);

}  // namespace espalier::data
