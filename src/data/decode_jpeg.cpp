// Decodes JPEG by libjpeg-turbo, and chooses between JPEG and PNG by a file's first bytes.
#include <turbojpeg.h>

#include <cstring>
#include <memory>
#include <string>

#include "data/decode_image.hpp"

namespace espalier::data {
namespace {

struct Destroy {
  void operator()(void* handle) const { tjDestroy(handle); }
};

/// Ignores warnings about stray bytes, which are common and harmless in photographs; throws for a picture that ends
/// early.
void check(int result, void* handle) {
  if (result == 0) return;
  const std::string text = tjGetErrorStr2(handle);
  const bool is_warning = tjGetErrorCode(handle) == TJERR_WARNING;
  if (!is_warning || text.find("Premature end") != std::string::npos) throw Undecodable(text);
}

/// Adobe stores CMYK inverted (255 means no ink), so each channel is colour times black.
at::Tensor rgb_of_cmyk(const at::Tensor& cmyk) {
  const at::Tensor ink = cmyk.to(at::kInt);
  return (ink.narrow(2, 0, 3) * ink.narrow(2, 3, 1) + 127).floor_divide(255).to(at::kByte).contiguous();
}

}  // namespace

at::Tensor decode_jpeg(Bytes file) {
  const std::unique_ptr<void, Destroy> handle(tjInitDecompress());
  if (!handle) throw Undecodable("libjpeg-turbo could not start");
  const auto* bytes = reinterpret_cast<const unsigned char*>(file.data());
  int width = 0, height = 0, sampling = 0, colours = 0;
  check(tjDecompressHeader3(handle.get(), bytes, file.size(), &width, &height, &sampling, &colours), handle.get());
  if (width < 1 || height < 1) throw Undecodable("it ends before its first row");
  if (std::int64_t{width} * height > kMaxPixels) throw Undecodable("it has more than 2^28 pixels");
  const bool is_cmyk = colours == TJCS_CMYK || colours == TJCS_YCCK;
  at::Tensor pixels = at::empty({height, width, is_cmyk ? 4 : 3}, at::kByte);
  check(tjDecompress2(handle.get(), bytes, file.size(), pixels.mutable_data_ptr<std::uint8_t>(), width, 0, height,
                      is_cmyk ? TJPF_CMYK : TJPF_RGB, TJFLAG_ACCURATEDCT),
        handle.get());
  return is_cmyk ? rgb_of_cmyk(pixels) : pixels;
}

at::Tensor decode_image(Bytes file) {
  const auto begins = [&](const char* magic, std::size_t size) {
    return file.size() > size && std::memcmp(file.data(), magic, size) == 0;
  };
  if (begins("\xFF\xD8\xFF", 3)) return decode_jpeg(file);
  if (begins("\x89PNG\r\n\x1A\n", 8)) return decode_png(file);
  throw Undecodable(file.empty() ? "it is empty" : "it is neither JPEG nor PNG");
}

}  // namespace espalier::data
