// Decodes PNG by libpng into 8-bit RGB.
#include <png.h>

#include <csetjmp>
#include <cstring>
#include <string>
#include <vector>

#include "data/decode/decode_image.hpp"
#include "data/decode/exif.hpp"

namespace espalier::data {
namespace {

/// Lives outside of the functions that libpng leaves by longjmp; those must not hold objects with destructors.
struct Source {
  const std::byte* at = nullptr;
  std::size_t left = 0;
  char why[160] = "unknown";
};

void keep_error(png_structp png, png_const_charp text) {
  auto* source = static_cast<Source*>(png_get_error_ptr(png));
  std::strncpy(source->why, text, sizeof source->why - 1);
  png_longjmp(png, 1);
}

void drop_warning(png_structp, png_const_charp) {}

void give_bytes(png_structp png, png_bytep to, std::size_t count) {
  auto* source = static_cast<Source*>(png_get_io_ptr(png));
  if (count > source->left) png_error(png, "it ends too early");
  std::memcpy(to, source->at, count);
  source->at += count;
  source->left -= count;
}

/// Texts and profiles unpack to much more than they are, and nothing is made of them.
void skip_texts(png_structp png) {
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, reinterpret_cast<png_const_bytep>("iCCP\0iTXt\0tEXt\0zTXt"),
                              4);
}

struct Size {
  png_uint_32 width = 0, height = 0;
  std::size_t stored = 0;  ///< bytes of its rows before they are expanded to RGB
};

/// Sets libpng up so that every image becomes 8-bit RGB.
bool read_size(png_structp png, png_infop info, Size* size) {
  if (setjmp(png_jmpbuf(png))) return false;
  skip_texts(png);
  png_read_info(png, info);
  size->width = png_get_image_width(png, info);
  size->height = png_get_image_height(png, info);
  size->stored = png_get_rowbytes(png, info) * size->height;
  png_set_expand(png);
  png_set_strip_16(png);
  png_set_strip_alpha(png);
  png_set_gray_to_rgb(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  if (png_get_rowbytes(png, info) != std::size_t{3} * size->width) png_error(png, "it does not decode to RGB");
  return true;
}

bool read_rows(png_structp png, png_infop info, png_bytepp rows) {
  if (setjmp(png_jmpbuf(png))) return false;
  png_read_image(png, rows);
  png_read_end(png, info);
  return true;
}

int orientation_in(png_structp png, png_infop info) {
  png_uint_32 length = 0;
  png_bytep exif = nullptr;
  if (png_get_eXIf_1(png, info, &length, &exif) == 0) return 1;
  return orientation_of({reinterpret_cast<const std::byte*>(exif), length});
}

class Reader {
 public:
  explicit Reader(Source& source)
      : png_(png_create_read_struct(PNG_LIBPNG_VER_STRING, &source, keep_error, drop_warning)),
        info_(png_ ? png_create_info_struct(png_) : nullptr) {
    if (!info_) {
      png_destroy_read_struct(&png_, nullptr, nullptr);
      throw Undecodable("libpng could not start");
    }
    png_set_read_fn(png_, &source, give_bytes);
  }
  ~Reader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  png_structp png() const { return png_; }
  png_infop info() const { return info_; }

 private:
  png_structp png_;
  png_infop info_;
};

}  // namespace

at::Tensor decode_png(Bytes file, std::int64_t max_pixels) {
  constexpr std::size_t kMostInflation = 1032;  // deflate's best: 258 bytes for two bits
  Source source{file.data(), file.size()};
  const Reader reader(source);
  Size size;
  if (!read_size(reader.png(), reader.info(), &size)) throw Undecodable(source.why);
  check_size(size.width, size.height, max_pixels);
  check_claim(size.stored / kMostInflation <= file.size());
  at::Tensor pixels = at::empty({std::int64_t{size.height}, std::int64_t{size.width}, 3}, at::kByte);
  std::vector<png_bytep> rows(size.height);
  for (std::size_t y = 0; y < rows.size(); ++y) rows[y] = pixels.mutable_data_ptr<std::uint8_t>() + y * size.width * 3;
  if (!read_rows(reader.png(), reader.info(), rows.data())) throw Undecodable(source.why);
  return upright(pixels, orientation_in(reader.png(), reader.info()));
}

}  // namespace espalier::data
