#pragma once
// Decodes image files to pixels; the first bytes tell the format, not the file's name.
#include <ATen/ATen.h>

#include <cstdint>
#include <stdexcept>
#include <string>

#include "espalier/core/hash.hpp"

namespace espalier::data {

/// Why an image cannot be decoded; the folder reader adds which image.
class Undecodable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// [H, W, 3] uint8, upright; throws Undecodable. Transparency is dropped, 16 bits become 8, CMYK becomes RGB. Memory is
/// asked for only after the size of the file has been compared with what its header claims.
at::Tensor decode_image(Bytes file, std::int64_t max_pixels);
at::Tensor decode_jpeg(Bytes file, std::int64_t max_pixels);
at::Tensor decode_png(Bytes file, std::int64_t max_pixels);
at::Tensor decode_bmp(Bytes file, std::int64_t max_pixels);
at::Tensor decode_pnm(Bytes file, std::int64_t max_pixels);  ///< binary PGM and PPM

/// Throws Undecodable where an image has no pixel, or more than is allowed.
void check_size(std::int64_t width, std::int64_t height, std::int64_t max_pixels);

/// Throws Undecodable where a header claims more than the bytes behind it can hold.
void check_claim(bool can_hold);

}  // namespace espalier::data
