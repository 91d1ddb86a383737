// Copies windows of uint8 images into a float32 channels-last batch, normalised and padded in one pass.
#include "data/batch/gather.hpp"

#include <algorithm>

#include "espalier/core/checks.hpp"

namespace espalier::data {
namespace {

struct Plane {
  const std::uint8_t* pixels;
  std::int32_t height, width;
};

/// Writes one channel of one image to every `channels`-th float of `out`. The stride is a constant, so that the inner
/// loop vectorises for one channel and for three.
template <int kStride>
void convert_row(const std::uint8_t* from, std::int32_t step, std::int32_t count, float scale, float offset,
                 float* out) {
  if (step == 1) {
    for (std::int32_t x = 0; x < count; ++x) out[x * kStride] = static_cast<float>(from[x]) * scale + offset;
  } else {
    for (std::int32_t x = 0; x < count; ++x) out[x * kStride] = static_cast<float>(from[-x]) * scale + offset;
  }
}

template <int kStride>
void convert_plane(const Plane& plane, const Window& window, const network::Shape& shape, float scale, float offset,
                   float* out) {
  // Columns [first, end) of the output lie inside the image; the others lie in the padding.
  const std::int32_t lead = window.flip ? window.left + shape.width - plane.width : -window.left;
  const std::int32_t first = std::clamp(lead, 0, shape.width);
  const std::int32_t end = std::clamp(lead + plane.width, first, shape.width);
  for (std::int32_t y = 0; y < shape.height; ++y, out += std::int64_t{shape.width} * kStride) {
    const std::int32_t row = y + window.top;
    if (row < 0 || row >= plane.height || first == end) {
      for (std::int32_t x = 0; x < shape.width; ++x) out[x * kStride] = offset;
      continue;
    }
    for (std::int32_t x = 0; x < first; ++x) out[x * kStride] = offset;
    const std::int32_t column = window.flip ? window.left + shape.width - 1 - first : window.left + first;
    convert_row<kStride>(plane.pixels + std::int64_t{row} * plane.width + column, window.flip ? -1 : 1, end - first,
                         scale, offset, out + std::int64_t{first} * kStride);
    for (std::int32_t x = end; x < shape.width; ++x) out[x * kStride] = offset;
  }
}

template <int kChannels>
void convert_image(const std::uint8_t* pixels, const at::Tensor& images, const Window& window,
                   const network::Shape& shape, const Affine& affine, float* out) {
  const auto height = static_cast<std::int32_t>(images.size(2)), width = static_cast<std::int32_t>(images.size(3));
  for (std::size_t c = 0; c < kChannels; ++c) {
    convert_plane<kChannels>({pixels, height, width}, window, shape, affine.scale[c], affine.offset[c], out + c);
    pixels += std::int64_t{height} * width;
  }
}

using ConvertImage = void (*)(const std::uint8_t*, const at::Tensor&, const Window&, const network::Shape&,
                              const Affine&, float*);

ConvertImage converter(std::int32_t channels) {
  static constexpr ConvertImage kConverters[] = {convert_image<1>, convert_image<2>, convert_image<3>,
                                                 convert_image<4>};
  ESPALIER_EXPECT(channels >= 1 && channels <= 4);
  return kConverters[channels - 1];
}

}  // namespace

at::Tensor gather(const at::Tensor& images, const std::vector<std::int64_t>& rows, const std::vector<Window>& windows,
                  const network::Shape& shape, const Affine& affine) {
  ESPALIER_EXPECT(images.is_cpu() && images.is_contiguous() && images.size(1) == shape.channels);
  ESPALIER_EXPECT(windows.size() == rows.size());
  const auto count = static_cast<std::int64_t>(rows.size());
  at::Tensor batch = at::empty({count, shape.channels, shape.height, shape.width},
                               at::TensorOptions().dtype(at::kFloat).memory_format(at::MemoryFormat::ChannelsLast));
  const std::int64_t image_bytes = images.size(1) * images.size(2) * images.size(3);
  const std::uint8_t* pixels = images.const_data_ptr<std::uint8_t>();
  float* out = batch.mutable_data_ptr<float>();
  const ConvertImage convert = converter(shape.channels);
  for (std::size_t i = 0; i < rows.size(); ++i, out += shape.elements()) {
    ESPALIER_EXPECT(rows[i] >= 0 && rows[i] < images.size(0));
    convert(pixels + rows[i] * image_bytes, images, windows[i], shape, affine, out);
  }
  return batch;
}

}  // namespace espalier::data
