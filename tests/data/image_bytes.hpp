#pragma once
// Writes pictures for the tests of readers: JPEG of any sampling, and a ramp to put into them.
// clang-format off: jpeglib.h needs FILE
#include <cstdio>
#include <jpeglib.h>
// clang-format on

#include <ATen/ATen.h>

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

namespace espalier::data {

/// How often each of the three components is sampled, across and down.
using Sampling = std::vector<std::pair<int, int>>;

/// [H, W, 3] -> JPEG of high quality; `app1`: what an APP1 marker holds, if any.
inline std::string jpeg_of(const at::Tensor& rgb, const Sampling& sampling = {{1, 1}, {1, 1}, {1, 1}},
                           const std::string& app1 = "") {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &bytes, &size);
  info.image_height = static_cast<JDIMENSION>(rgb.size(0));
  info.image_width = static_cast<JDIMENSION>(rgb.size(1));
  info.input_components = 3;
  info.in_color_space = JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, 100, TRUE);
  for (std::size_t c = 0; c < 3; ++c) {
    info.comp_info[c].h_samp_factor = sampling[c].first;
    info.comp_info[c].v_samp_factor = sampling[c].second;
  }
  jpeg_start_compress(&info, TRUE);
  if (!app1.empty()) {
    jpeg_write_marker(&info, JPEG_APP0 + 1, reinterpret_cast<const JOCTET*>(app1.data()),
                      static_cast<unsigned>(app1.size()));
  }
  while (info.next_scanline < info.image_height) {
    auto* row = const_cast<JSAMPLE*>(rgb.const_data_ptr<std::uint8_t>()) + info.next_scanline * info.image_width * 3;
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  std::string result(reinterpret_cast<char*>(bytes), size);
  std::free(bytes);
  jpeg_destroy_compress(&info);
  return result;
}

/// [H, W, 3]: brighter downwards and to the right, and no side like another.
inline at::Tensor ramp(std::int64_t height, std::int64_t width) {
  const at::Tensor down = at::arange(height).view({-1, 1, 1}) * 3, right = at::arange(width).view({1, -1, 1}) * 2;
  return (down + right + at::arange(3).view({1, 1, 3}) * 20).clamp(0, 255).to(at::kByte).contiguous();
}

}  // namespace espalier::data
