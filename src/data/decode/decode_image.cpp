// Chooses an image's decoder by the file's first bytes, and bounds what headers may claim.
#include "data/decode/decode_image.hpp"

#include <string_view>

namespace espalier::data {
namespace {

struct Format {
  std::string_view magic;
  at::Tensor (*decode)(Bytes file, std::int64_t max_pixels);
  const char* name;
};

using namespace std::string_view_literals;

/// Without a decoder: known, so that a message can name it.
constexpr Format kFormats[] = {{"\xFF\xD8\xFF"sv, decode_jpeg, "JPEG"},
                               {"\x89PNG\r\n\x1A\n"sv, decode_png, "PNG"},
                               {"BM"sv, decode_bmp, "BMP"},
                               {"P5"sv, decode_pnm, "PGM"},
                               {"P6"sv, decode_pnm, "PPM"},
                               {"RIFF"sv, nullptr, "WebP"},
                               {"II*\0"sv, nullptr, "TIFF"},
                               {"MM\0*"sv, nullptr, "TIFF"},
                               {"GIF8"sv, nullptr, "GIF"},
                               {"version https://git-lfs"sv, nullptr, "a Git LFS pointer"}};

}  // namespace

at::Tensor decode_image(Bytes file, std::int64_t max_pixels) {
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  for (const Format& format : kFormats) {
    if (!text.starts_with(format.magic) || text.size() == format.magic.size()) continue;
    if (format.decode) return format.decode(file, max_pixels);
    throw Undecodable(std::string("it is ") + format.name + ", which is not read");
  }
  throw Undecodable(file.empty() ? "it is empty" : "it is neither JPEG nor PNG, BMP, PGM or PPM");
}

void check_size(std::int64_t width, std::int64_t height, std::int64_t max_pixels) {
  if (width < 1 || height < 1) throw Undecodable("it ends before its first row");
  if (height <= max_pixels / width) return;
  throw Undecodable("it has " + std::to_string(width) + " x " + std::to_string(height) +
                    " pixels, and max_pixels allows " + std::to_string(max_pixels));
}

void check_claim(bool can_hold) {
  if (!can_hold) throw Undecodable("its header claims more pixels than its bytes can hold");
}

}  // namespace espalier::data
