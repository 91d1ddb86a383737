// Decodes binary PGM and PPM files (Netpbm): "P5" or "P6", width, height, greatest value, then the pixels.
#include <algorithm>
#include <cctype>

#include "data/decode/decode_image.hpp"

namespace espalier::data {
namespace {

/// Reads the header's numbers, between which stand blanks and comments.
class Cursor {
 public:
  explicit Cursor(Bytes file) : file_(file) {}

  std::int64_t number() {
    skip_blanks();
    std::int64_t value = 0;
    int digits = 0;
    for (; std::isdigit(peek()) && digits < 10; ++at_, ++digits) value = value * 10 + (peek() - '0');
    if (digits == 0 || digits == 10) throw Undecodable("its header has no size");
    return value;
  }
  /// The pixels: behind the one blank that ends the header.
  Bytes rest() const { return at_ + 1 <= file_.size() ? file_.subspan(at_ + 1) : Bytes(); }

 private:
  int peek() const { return at_ < file_.size() ? std::to_integer<int>(file_[at_]) : 0; }
  void skip_blanks() {
    while (std::isspace(peek()) || peek() == '#') {
      if (peek() != '#') ++at_;
      else
        while (at_ < file_.size() && peek() != '\n') ++at_;
    }
  }

  Bytes file_;
  std::size_t at_ = 2;
};

}  // namespace

at::Tensor decode_pnm(Bytes file, std::int64_t max_pixels) {
  Cursor cursor(file);
  const std::int64_t width = cursor.number(), height = cursor.number(), most = cursor.number();
  check_size(width, height, max_pixels);
  if (most < 1 || most > 65535) throw Undecodable("its greatest value is not 1 to 65535");
  const std::size_t channels = file[1] == std::byte{'6'} ? 3 : 1, bytes = most > 255 ? 2 : 1;
  const auto area = static_cast<std::size_t>(width * height);
  const Bytes stored = cursor.rest();
  if (stored.size() / bytes / channels < area) throw Undecodable("it ends too early");
  at::Tensor pixels = at::empty({height, width, 3}, at::kByte);
  std::uint8_t* out = pixels.mutable_data_ptr<std::uint8_t>();
  const auto value = [&](std::size_t i) {
    const int wide = bytes == 1 ? std::to_integer<int>(stored[i])
                                : std::to_integer<int>(stored[2 * i]) << 8 | std::to_integer<int>(stored[2 * i + 1]);
    return static_cast<std::uint8_t>((std::min<std::int64_t>(wide, most) * 255 + most / 2) / most);
  };
  for (std::size_t i = 0; i < area; ++i) {
    for (std::size_t c = 0; c < 3; ++c) *out++ = value(channels == 3 ? 3 * i + c : i);
  }
  return pixels;
}

}  // namespace espalier::data
