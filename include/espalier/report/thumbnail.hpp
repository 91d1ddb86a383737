#pragma once
// Small pictures inside a page: pixels shrunk, as PNG, as a data: address.
#include <cstdint>
#include <string>
#include <vector>

namespace espalier::report {

/// Pixels channel by channel, [channels, height, width], 0 to 255. One channel is grey; of three or more the first
/// three are red, green and blue; of two the first is grey.
struct Picture {
  std::int64_t channels = 0, height = 0, width = 0;
  std::vector<std::uint8_t> pixels;
};

/// The mean of each block of pixels, so that neither side is above `side`; as it is where it is small enough. The
/// proportions stay, to a pixel.
Picture shrunk(const Picture& picture, std::int64_t side);

/// A PNG file (RFC 2083) of 8 bits a channel, its rows stored and not compressed: a thumbnail is a few KiB.
std::string png_of(const Picture& picture);

/// "data:image/png;base64,...".
std::string data_address(const std::string& png);

}  // namespace espalier::report
