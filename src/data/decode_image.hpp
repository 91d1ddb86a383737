#pragma once
// Decodes JPEG and PNG files to pixels; the first bytes tell the format, not the file's name.
#include <ATen/ATen.h>

#include <filesystem>
#include <stdexcept>

#include "espalier/core/hash.hpp"

namespace espalier::data {

/// Why an image cannot be decoded; the folder reader adds which image.
class Undecodable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// [H, W, 3] uint8; throws Undecodable. Transparency is dropped, 16 bits become 8, CMYK becomes RGB.
at::Tensor decode_image(Bytes file);
at::Tensor decode_jpeg(Bytes file);
at::Tensor decode_png(Bytes file);

inline constexpr std::int64_t kMaxPixels = std::int64_t{1} << 28;

}  // namespace espalier::data
