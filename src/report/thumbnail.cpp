// Shrinks pictures by the means of their blocks, and writes PNG without a compressor.
#include "espalier/report/thumbnail.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace espalier::report {
namespace {

constexpr std::size_t kMostStored = 65'535;  // bytes of a stored block of deflate

void append_big_endian(std::string& text, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(value >> shift & 255);
}

std::uint32_t crc_of(const std::string& bytes) {
  std::uint32_t crc = 0xffffffff;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? 0xedb88320 ^ crc >> 1 : crc >> 1;
  }
  return ~crc;
}

std::uint32_t adler_of(const std::string& bytes) {
  constexpr std::uint32_t kPrime = 65'521;
  std::uint32_t a = 1, b = 0;
  for (const char c : bytes) {
    a = (a + static_cast<unsigned char>(c)) % kPrime;
    b = (b + a) % kPrime;
  }
  return b << 16 | a;
}

std::string chunk(const std::string& kind, const std::string& data) {
  std::string text;
  append_big_endian(text, static_cast<std::uint32_t>(data.size()));
  text += kind + data;
  append_big_endian(text, crc_of(kind + data));
  return text;
}

/// A zlib stream of stored blocks.
std::string stored(const std::string& bytes) {
  std::string text = "\x78\x01";
  for (std::size_t at = 0; at < bytes.size(); at += kMostStored) {
    const std::size_t size = std::min(kMostStored, bytes.size() - at);
    text += at + size == bytes.size() ? '\x01' : '\x00';
    for (const std::size_t value : {size, ~size}) {
      text += static_cast<char>(value & 255);
      text += static_cast<char>(value >> 8 & 255);
    }
    text += bytes.substr(at, size);
  }
  append_big_endian(text, adler_of(bytes));
  return text;
}

std::size_t place(const Picture& picture, std::int64_t channel, std::int64_t y, std::int64_t x) {
  return static_cast<std::size_t>((channel * picture.height + y) * picture.width + x);
}

std::uint8_t mean_of_block(const Picture& picture, std::int64_t channel, std::array<std::int64_t, 2> y,
                           std::array<std::int64_t, 2> x) {
  std::int64_t sum = 0;
  for (std::int64_t row = y[0]; row < y[1]; ++row) {
    for (std::int64_t column = x[0]; column < x[1]; ++column)
      sum += picture.pixels[place(picture, channel, row, column)];
  }
  const std::int64_t count = (y[1] - y[0]) * (x[1] - x[0]);
  return static_cast<std::uint8_t>((2 * sum + count) / (2 * count));
}

}  // namespace

Picture shrunk(const Picture& picture, std::int64_t side) {
  const std::int64_t longest = std::max(picture.height, picture.width);
  if (longest <= side) return picture;
  const auto brought = [&](std::int64_t length) { return std::max<std::int64_t>(1, length * side / longest); };
  Picture small{picture.channels, brought(picture.height), brought(picture.width), {}};
  small.pixels.reserve(static_cast<std::size_t>(small.channels * small.height * small.width));
  for (std::int64_t c = 0; c < small.channels; ++c) {
    for (std::int64_t y = 0; y < small.height; ++y) {
      for (std::int64_t x = 0; x < small.width; ++x) {
        small.pixels.push_back(
            mean_of_block(picture, c, {y * picture.height / small.height, (y + 1) * picture.height / small.height},
                          {x * picture.width / small.width, (x + 1) * picture.width / small.width}));
      }
    }
  }
  return small;
}

std::string png_of(const Picture& picture) {
  const std::int64_t channels = picture.channels >= 3 ? 3 : 1;
  std::string header, rows;
  append_big_endian(header, static_cast<std::uint32_t>(picture.width));
  append_big_endian(header, static_cast<std::uint32_t>(picture.height));
  header += std::string{'\x08', channels == 3 ? '\x02' : '\x00', '\x00', '\x00', '\x00'};
  for (std::int64_t y = 0; y < picture.height; ++y) {
    rows += '\x00';  // no filter
    for (std::int64_t x = 0; x < picture.width; ++x) {
      for (std::int64_t c = 0; c < channels; ++c) rows += static_cast<char>(picture.pixels[place(picture, c, y, x)]);
    }
  }
  return "\x89PNG\r\n\x1a\n" + chunk("IHDR", header) + chunk("IDAT", stored(rows)) + chunk("IEND", "");
}

std::string data_address(const std::string& png) {
  constexpr const char* kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text = "data:image/png;base64,";
  for (std::size_t i = 0; i < png.size(); i += 3) {
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k)
      bits = bits << 8 | (i + k < png.size() ? static_cast<unsigned char>(png[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k) text += i + k <= png.size() ? kDigits[bits >> (18 - 6 * k) & 63] : '=';
  }
  return text;
}

}  // namespace espalier::report
