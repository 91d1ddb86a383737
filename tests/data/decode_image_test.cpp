// Images whose headers claim too much, that cameras turned, and of the kinds that folders hold beside JPEG and PNG.
#include "data/decode/decode_image.hpp"

#include <zlib.h>

#include "data/decode/exif.hpp"
#include "data/image_bytes.hpp"
#include "espalier/task/image_formats.hpp"
#include "support/catch_after_torch.hpp"

namespace espalier::data {
namespace {

using Catch::Contains;

at::Tensor decoded(const std::string& bytes, std::int64_t max_pixels = task::kMaxPixels) {
  return decode_image(bytes_of(bytes), max_pixels);
}

std::string refusal(const std::string& bytes, std::int64_t max_pixels = task::kMaxPixels) {
  try {
    decoded(bytes, max_pixels);
  } catch (const Undecodable& error) {
    return error.what();
  }
  return "(no error)";
}

int furthest(const at::Tensor& a, const at::Tensor& b) {
  REQUIRE(a.sizes() == b.sizes());
  return (a.to(at::kInt) - b.to(at::kInt)).abs().max().item<int>();
}

std::string little(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}

std::string big(std::uint64_t value, int bytes) {
  const std::string text = little(value, bytes);
  return {text.rbegin(), text.rend()};
}

/// A chunk of a PNG with its checksum.
std::string chunk(const std::string& kind, const std::string& body) {
  const std::string both = kind + body;
  return big(body.size(), 4) + both +
         big(::crc32(0, reinterpret_cast<const Bytef*>(both.data()), static_cast<uInt>(both.size())), 4);
}

/// TIFF with one entry, the orientation, in either byte order.
std::string exif(int orientation, bool is_little) {
  const auto number = is_little ? little : big;
  return (is_little ? "II" : "MM") + number(42, 2) + number(8, 4) + number(1, 2) + number(0x0112, 2) + number(3, 2) +
         number(1, 4) + number(static_cast<std::uint64_t>(orientation), 2) + std::string(6, '\0');
}

/// A BMP of `bits` with the rows as given, bottom up.
std::string bmp(int width, int height, int bits, const std::string& palette, const std::string& rows) {
  return "BM" + little(54 + palette.size() + rows.size(), 4) + std::string(4, '\0') + little(54 + palette.size(), 4) +
         little(40, 4) + little(static_cast<std::uint32_t>(width), 4) + little(static_cast<std::uint32_t>(height), 4) +
         little(1, 2) + little(static_cast<std::uint64_t>(bits), 2) + std::string(12, '\0') + std::string(4, '\0') +
         little(palette.size() / 4, 4) + little(0, 4) + palette + rows;
}

/// The place of the height in a JPEG's frame header.
std::size_t height_at(const std::string& jpeg) { return jpeg.find("\xFF\xC0") + 5; }

}  // namespace

TEST_CASE("jpeg: every sampling of the colours is read, also those that TurboJPEG refuses") {
  const at::Tensor picture = ramp(33, 47);

  for (const Sampling& sampling : {Sampling{{4, 2}, {1, 1}, {1, 1}}, Sampling{{2, 2}, {2, 1}, {1, 2}},
                                   Sampling{{1, 2}, {1, 1}, {1, 2}}, Sampling{{2, 2}, {1, 1}, {1, 1}}}) {
    INFO(sampling[0].first << " x " << sampling[0].second);
    CHECK(furthest(decoded(jpeg_of(picture, sampling)), picture) <= 6);
  }
}

TEST_CASE(
    "jpeg: a header that claims more than the file can hold is refused, and so are too many pixels, by their number") {
  std::string jpeg = jpeg_of(ramp(16, 16));
  jpeg.replace(height_at(jpeg), 4, "\x23\x00\x23\x00", 4);  // 8960 x 8960

  CHECK_THAT(refusal(jpeg), Contains("claims more pixels than its bytes can hold"));
  CHECK_THAT(refusal(jpeg, 1000), Contains("8960 x 8960 pixels") && Contains("max_pixels allows 1000"));
  CHECK_THAT(refusal(jpeg_of(ramp(10, 10)), 99), Contains("max_pixels"));
  CHECK(refusal(jpeg_of(ramp(10, 10)), 100) == "(no error)");
}

TEST_CASE("png: a header that claims more than the file can hold is refused") {
  const std::string png = "\x89PNG\r\n\x1A\n" +
                          chunk("IHDR", big(9000, 4) + big(9000, 4) + std::string("\x08\x02\0\0\0", 5)) +
                          chunk("IDAT", "");

  CHECK_THAT(refusal(png), Contains("claims more pixels than its bytes can hold"));
  CHECK_THAT(refusal(png, 1000), Contains("9000 x 9000 pixels"));
}

TEST_CASE("exif: pictures are turned upright by each of the eight orientations, in both byte orders") {
  const at::Tensor upright_one = ramp(20, 30);
  // How a camera that was turned stored the upright picture: the inverse of what the orientation asks for.
  const at::Tensor turned[] = {upright_one,
                               upright_one.flip(1),
                               upright_one.flip({0, 1}),
                               upright_one.flip(0),
                               upright_one.transpose(0, 1),
                               upright_one.transpose(0, 1).flip(0),
                               upright_one.transpose(0, 1).flip({0, 1}),
                               upright_one.transpose(0, 1).flip(1)};

  for (int orientation = 1; orientation <= 8; ++orientation) {
    INFO(orientation);
    const at::Tensor stored = turned[orientation - 1].contiguous();
    const std::string app1 = std::string("Exif\0\0", 6) + exif(orientation, orientation % 2 == 0);
    CHECK(furthest(decoded(jpeg_of(stored, {{1, 1}, {1, 1}, {1, 1}}, app1)), upright_one) <= 4);
  }
}

TEST_CASE("exif: cut, foreign and impossible data mean upright") {
  const std::string whole = exif(6, true);
  CHECK(orientation_of(bytes_of(whole)) == 6);
  for (std::size_t length = 0; length < 19; ++length) CHECK(orientation_of(bytes_of(whole.substr(0, length))) == 1);
  CHECK(orientation_of(bytes_of(exif(9, true))) == 1);
  CHECK(orientation_of(bytes_of("II" + little(42, 2) + little(0xFFFFFFF0, 4))) == 1);
}

TEST_CASE("bmp: 24 bits bottom up and top down, and 8, 4 and 1 bits with a palette") {
  const std::string rows =
      std::string("\x01\x02\x03\x04\x05\x06\0\0", 8) + std::string("\x11\x12\x13\x14\x15\x16\0\0", 8);
  const at::Tensor wanted =
      at::tensor({0x13, 0x12, 0x11, 0x16, 0x15, 0x14, 3, 2, 1, 6, 5, 4}, at::kByte).view({2, 2, 3});
  const std::string palette = std::string("\0\0\0\0", 4) + std::string("\x0A\x14\x1E\0", 4);
  const at::Tensor two = at::tensor({0, 0, 0, 30, 20, 10}, at::kByte).view({1, 2, 3});

  CHECK(decoded(bmp(2, 2, 24, "", rows)).equal(wanted));
  CHECK(decoded(bmp(2, -2, 24, "", rows)).equal(wanted.flip(0)));
  CHECK(decoded(bmp(2, 1, 8, palette, std::string("\0\x01\0\0", 4))).equal(two));
  CHECK(decoded(bmp(2, 1, 4, palette, std::string("\x01\0\0\0", 4))).equal(two));
  CHECK(decoded(bmp(2, 1, 1, palette, std::string("\x40\0\0\0", 4))).equal(two));
  CHECK_THAT(refusal(bmp(2, 1, 8, palette, std::string("\x02\0\0\0", 4))), Contains("beyond its palette"));
  CHECK_THAT(refusal(bmp(9000, 9000, 24, "", rows)), Contains("ends too early"));
  CHECK_THAT(refusal(bmp(2, 1, 16, "", rows)), Contains("16 bits"));
}

TEST_CASE("pnm: grey and colour, comments in the header, 16 bits become 8") {
  CHECK(decoded("P5 2 1 255\nab").equal(at::tensor({97, 97, 97, 98, 98, 98}, at::kByte).view({1, 2, 3})));
  CHECK(decoded("P6 # wide\n1 # tall\n1 255 abc").equal(at::tensor({97, 98, 99}, at::kByte).view({1, 1, 3})));
  CHECK(decoded(std::string("P5 1 1 65535\n\x80\x00", 15)).equal(at::full({1, 1, 3}, 128, at::kByte)));
  CHECK_THAT(refusal("P6 9000 9000 255\nabc"), Contains("ends too early"));
  CHECK_THAT(refusal("P5 x"), Contains("no size"));
  CHECK_THAT(refusal("P6 99999 99999 255\n"), Contains("max_pixels"));
}

TEST_CASE("images: kinds that are not read are named") {
  CHECK_THAT(refusal("RIFF....WEBPVP8 "), Contains("it is WebP"));
  CHECK_THAT(refusal("version https://git-lfs.github.com/spec/v1"), Contains("Git LFS pointer"));
  CHECK_THAT(refusal(""), Contains("it is empty"));
}

}  // namespace espalier::data
