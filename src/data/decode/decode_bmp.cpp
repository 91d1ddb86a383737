// Decodes uncompressed BMP files: 1, 4 or 8 bits with a palette, 24 or 32 bits.
#include <algorithm>
#include <cstdlib>

#include "data/decode/decode_image.hpp"

namespace espalier::data {
namespace {

constexpr std::size_t kFileHeader = 14, kLeastInfo = 40;

/// Little-endian numbers; throws Undecodable beyond the file's end.
class Source {
 public:
  explicit Source(Bytes file) : file_(file) {}
  std::uint8_t byte(std::size_t at) const {
    if (at >= file_.size()) throw Undecodable("it ends too early");
    return std::to_integer<std::uint8_t>(file_[at]);
  }
  std::uint32_t number(std::size_t at, std::size_t bytes) const {
    std::uint32_t value = 0;
    for (std::size_t i = bytes; i-- > 0;) value = value << 8 | byte(at + i);
    return value;
  }

 private:
  Bytes file_;
};

struct Layout {
  std::int64_t width, height;
  bool is_top_down;
  std::size_t bits, pixels, palette, colours, row_bytes;
};

Layout layout_of(const Source& source) {
  const std::size_t info = source.number(14, 4);
  if (info < kLeastInfo) throw Undecodable("it is a BMP of an old kind, which is not read");
  const auto height = static_cast<std::int32_t>(source.number(22, 4));
  Layout layout{static_cast<std::int32_t>(source.number(18, 4)),
                std::abs(std::int64_t{height}),
                height < 0,
                source.number(28, 2),
                source.number(10, 4),
                kFileHeader + info,
                source.number(46, 4),
                0};
  const bool is_known =
      layout.bits == 1 || layout.bits == 4 || layout.bits == 8 || layout.bits == 24 || layout.bits == 32;
  if (!is_known || source.number(30, 4) != 0) {
    throw Undecodable("it is a BMP of a kind that is not read: " + std::to_string(layout.bits) + " bits, compression " +
                      std::to_string(source.number(30, 4)));
  }
  if (layout.colours == 0 || layout.colours > 256)
    layout.colours = std::size_t{1} << std::min<std::size_t>(layout.bits, 8);
  return layout;
}

/// The place of the pixel's blue byte; green and red follow.
std::size_t place_of(const Source& source, const Layout& layout, std::size_t row, std::size_t x) {
  if (layout.bits >= 24) return row + x * (layout.bits / 8);
  const std::size_t bit = x * layout.bits;
  const std::size_t index = source.byte(row + bit / 8) >> (8 - layout.bits - bit % 8) & ((1u << layout.bits) - 1);
  if (index >= layout.colours) throw Undecodable("a pixel has a colour beyond its palette");
  return layout.palette + 4 * index;
}

}  // namespace

at::Tensor decode_bmp(Bytes file, std::int64_t max_pixels) {
  const Source source(file);
  Layout layout = layout_of(source);
  check_size(layout.width, layout.height, max_pixels);
  layout.row_bytes = (static_cast<std::size_t>(layout.width) * layout.bits + 31) / 32 * 4;
  const auto height = static_cast<std::size_t>(layout.height), width = static_cast<std::size_t>(layout.width);
  if (layout.row_bytes * height > file.size()) throw Undecodable("it ends too early");
  at::Tensor pixels = at::empty({layout.height, layout.width, 3}, at::kByte);
  std::uint8_t* out = pixels.mutable_data_ptr<std::uint8_t>();
  for (std::size_t y = 0; y < height; ++y) {
    const std::size_t row = layout.pixels + (layout.is_top_down ? y : height - 1 - y) * layout.row_bytes;
    for (std::size_t x = 0; x < width; ++x) {
      const std::size_t blue = place_of(source, layout, row, x);
      for (std::size_t c = 0; c < 3; ++c) *out++ = source.byte(blue + 2 - c);
    }
  }
  return pixels;
}

}  // namespace espalier::data
