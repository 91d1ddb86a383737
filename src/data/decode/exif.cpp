// Reads the orientation from Exif data, and turns pictures by it.
#include "data/decode/exif.hpp"

#include <cstdint>

namespace espalier::data {
namespace {

constexpr std::size_t kEntryBytes = 12;
constexpr std::uint32_t kOrientation = 0x0112;

/// Numbers of the TIFF structure; 0 beyond its end.
class Tiff {
 public:
  explicit Tiff(Bytes bytes) : bytes_(bytes), is_little_(at(0) == 'I') {}

  std::uint32_t number(std::size_t from, std::size_t bytes) const {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) value = value << 8 | at(from + (is_little_ ? bytes - 1 - i : i));
    return value;
  }
  bool is_whole() const { return bytes_.size() >= 8 && number(2, 2) == 42 && at(0) == at(1); }

 private:
  std::uint8_t at(std::size_t place) const {
    return place < bytes_.size() ? std::to_integer<std::uint8_t>(bytes_[place]) : 0;
  }

  Bytes bytes_;
  bool is_little_;
};

}  // namespace

int orientation_of(Bytes bytes) {
  const Tiff tiff(bytes);
  if (!tiff.is_whole()) return 1;
  const std::size_t first = tiff.number(4, 4), count = tiff.number(first, 2);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t entry = first + 2 + i * kEntryBytes;
    if (tiff.number(entry, 2) != kOrientation) continue;
    const std::uint32_t value = tiff.number(entry + 8, 2);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

at::Tensor upright(const at::Tensor& pixels, int orientation) {
  switch (orientation) {
    case 2: return pixels.flip(1).contiguous();
    case 3: return pixels.flip({0, 1}).contiguous();
    case 4: return pixels.flip(0).contiguous();
    case 5: return pixels.transpose(0, 1).contiguous();
    case 6: return pixels.transpose(0, 1).flip(1).contiguous();
    case 7: return pixels.transpose(0, 1).flip({0, 1}).contiguous();
    case 8: return pixels.transpose(0, 1).flip(0).contiguous();
    default: return pixels;
  }
}

}  // namespace espalier::data
