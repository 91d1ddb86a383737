// Resizes and rotates float images by ATen's bilinear kernels, as drawn for each image.
#include "data/batch/augment_warp.hpp"

#include <cmath>

namespace espalier::data {

at::Tensor resized_crops(const at::Tensor& images, const std::vector<std::int64_t>& rows,
                         const std::vector<ImageDraw>& draws, const network::Shape& input) {
  at::Tensor batch = at::empty({static_cast<std::int64_t>(rows.size()), input.channels, input.height, input.width},
                               at::TensorOptions().dtype(at::kFloat).memory_format(at::MemoryFormat::ChannelsLast));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Box& box = draws[i].box;
    const at::Tensor part =
        images[rows[i]].narrow(1, box.top, box.height).narrow(2, box.left, box.width).to(at::kFloat).unsqueeze(0);
    at::Tensor resized = at::_upsample_bilinear2d_aa(part, {input.height, input.width}, false);
    if (draws[i].window.flip) resized = resized.flip(3);
    batch[static_cast<std::int64_t>(i)].copy_(resized[0]);
  }
  return batch;
}

at::Tensor rotated(const at::Tensor& batch, const std::vector<ImageDraw>& draws, Move move) {
  // The rows of the matrices that map output to input positions; a side spans coordinates -1 to 1.
  const double height = static_cast<double>(batch.size(2)), width = static_cast<double>(batch.size(3));
  at::Tensor matrices = at::empty({batch.size(0), 2, 3});
  float* out = matrices.mutable_data_ptr<float>();
  for (const ImageDraw& draw : draws) {
    const double cosine = std::cos(draw.radians), sine = std::sin(draw.radians);
    const bool moves = move == Move::yes;
    const double rows[6] = {cosine,
                            sine * height / width,
                            moves ? -2.0 * draw.right / width : 0,
                            -sine * width / height,
                            cosine,
                            moves ? -2.0 * draw.down / height : 0};
    for (const double value : rows) *out++ = static_cast<float>(value);
  }
  const at::Tensor grid = at::affine_grid_generator(matrices, batch.sizes(), false);
  return at::grid_sampler(batch, grid, /*bilinear*/ 0, /*zeros*/ 0, false);
}

}  // namespace espalier::data
