// Decodes JPEG by libjpeg-turbo's plain interface, which unlike TurboJPEG's reads every sampling of the colours.
// clang-format off: jpeglib.h needs FILE, and jerror.h its version
#include <cstdio>
#include <jpeglib.h>
#include <jerror.h>
// clang-format on

#include <csetjmp>
#include <cstring>
#include <vector>

#include "data/decode/decode_image.hpp"
#include "data/decode/exif.hpp"

namespace espalier::data {
namespace {

constexpr int kMostScans = 500;  // a scan of few bytes can take time for every pixel; as in TurboJPEG
constexpr unsigned kExifLength = 0xFFFF;

/// Lives outside of the functions that libjpeg leaves by longjmp; those must not hold objects with destructors.
struct Decoder {
  jpeg_decompress_struct info{};
  jpeg_error_mgr errors{};
  jpeg_progress_mgr progress{};
  std::jmp_buf jump{};
  char why[JMSG_LENGTH_MAX] = "unknown";

  Decoder();
  ~Decoder() { jpeg_destroy_decompress(&info); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
};

[[noreturn]] void leave(j_common_ptr info) {
  auto* decoder = static_cast<Decoder*>(info->client_data);
  info->err->format_message(info, decoder->why);
  std::longjmp(decoder->jump, 1);
}

/// Ignores warnings about stray bytes, which are common and harmless in photographs; fails for a picture that ends
/// early.
void note_warning(j_common_ptr info, int level) {
  if (level < 0 && info->err->msg_code == JWRN_JPEG_EOF) leave(info);
}

void count_scans(j_common_ptr info) {
  auto* decoder = static_cast<Decoder*>(info->client_data);
  if (decoder->info.input_scan_number <= kMostScans) return;
  std::strcpy(decoder->why, "it has too many scans");
  std::longjmp(decoder->jump, 1);
}

Decoder::Decoder() {
  info.err = jpeg_std_error(&errors);
  info.client_data = this;
  errors.error_exit = leave;
  errors.emit_message = note_warning;
  progress.progress_monitor = count_scans;
}

bool read_header(Decoder& decoder, Bytes file) {
  if (setjmp(decoder.jump)) return false;
  jpeg_create_decompress(&decoder.info);
  decoder.info.progress = &decoder.progress;
  jpeg_save_markers(&decoder.info, JPEG_APP0 + 1, kExifLength);
  jpeg_mem_src(&decoder.info, reinterpret_cast<const unsigned char*>(file.data()), file.size());
  jpeg_read_header(&decoder.info, TRUE);
  const bool is_cmyk = decoder.info.jpeg_color_space == JCS_CMYK || decoder.info.jpeg_color_space == JCS_YCCK;
  decoder.info.out_color_space = is_cmyk ? JCS_CMYK : JCS_RGB;
  return true;
}

/// Adobe stores CMYK inverted (255 means no ink), so each channel is colour times black.
void rgb_of_cmyk(const JSAMPLE* cmyk, JDIMENSION width, JSAMPLE* rgb) {
  for (JDIMENSION x = 0; x < width; ++x, cmyk += 4, rgb += 3) {
    for (int c = 0; c < 3; ++c) rgb[c] = static_cast<JSAMPLE>((cmyk[c] * cmyk[3] + 127) / 255);
  }
}

/// Fills `rgb`, row after row; `cmyk` holds a row of four channels where the picture has them, else it is null.
bool read_rows(Decoder& decoder, JSAMPLE* rgb, JSAMPLE* cmyk) {
  if (setjmp(decoder.jump)) return false;
  jpeg_decompress_struct& info = decoder.info;
  jpeg_start_decompress(&info);
  while (info.output_scanline < info.output_height) {
    JSAMPLE* out = rgb + std::size_t{info.output_scanline} * info.output_width * 3;
    JSAMPROW row = cmyk ? cmyk : out;
    jpeg_read_scanlines(&info, &row, 1);
    if (cmyk) rgb_of_cmyk(cmyk, info.output_width, out);
  }
  jpeg_finish_decompress(&info);
  return true;
}

/// Every block takes a bit at least where Huffman's code is used; the arithmetic code can be shorter, but is rare.
bool can_hold_blocks(const jpeg_decompress_struct& info, std::size_t bytes) {
  std::uint64_t blocks = 0;
  for (int c = 0; c < info.num_components; ++c) {
    blocks += std::uint64_t{info.comp_info[c].width_in_blocks} * info.comp_info[c].height_in_blocks;
  }
  return blocks <= bytes * (info.arith_code ? 64 : 8);
}

int orientation_in(const jpeg_decompress_struct& info) {
  for (auto* marker = info.marker_list; marker; marker = marker->next) {
    const Bytes bytes(reinterpret_cast<const std::byte*>(marker->data), marker->data_length);
    if (bytes.size() > 6 && std::memcmp(bytes.data(), "Exif\0\0", 6) == 0) return orientation_of(bytes.subspan(6));
  }
  return 1;
}

}  // namespace

at::Tensor decode_jpeg(Bytes file, std::int64_t max_pixels) {
  Decoder decoder;
  if (!read_header(decoder, file)) throw Undecodable(decoder.why);
  const std::int64_t width = decoder.info.image_width, height = decoder.info.image_height;
  check_size(width, height, max_pixels);
  check_claim(can_hold_blocks(decoder.info, file.size()));
  const int orientation = orientation_in(decoder.info);  // the marker goes with the last row
  at::Tensor pixels = at::empty({height, width, 3}, at::kByte);
  std::vector<JSAMPLE> cmyk;
  if (decoder.info.out_color_space == JCS_CMYK) cmyk.resize(static_cast<std::size_t>(width) * 4);
  if (!read_rows(decoder, pixels.mutable_data_ptr<std::uint8_t>(), cmyk.empty() ? nullptr : cmyk.data())) {
    throw Undecodable(decoder.why);
  }
  return upright(pixels, orientation);
}

}  // namespace espalier::data
