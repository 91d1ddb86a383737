// Gathers image batches and draws dropout masks: by a loop on the CPU, by a kernel launch on a GPU.
#include "espalier/device/kernels.hpp"

#include "device/kernel_launch.hpp"
#include "device/kernel_text.hpp"
#include "espalier/core/checks.hpp"

namespace espalier::device {

namespace {

const long long* longs(const at::Tensor& values) {
  ESPALIER_EXPECT(values.scalar_type() == at::kLong && values.is_contiguous());
  return reinterpret_cast<const long long*>(values.const_data_ptr());
}

/// Runs the kernel `name` for each element where `out` lies; on a CPU that is `here`.
template <class Arguments, class Here>
void run(const char* name, const Here& here, Arguments arguments, const at::Tensor& out) {
  const std::int64_t count = out.numel();
  if (out.is_cuda()) return launch(name, &arguments, count, out.device());
  for (std::int64_t i = 0; i < count; ++i) here(arguments, i);
}

}  // namespace

at::Tensor gather_images(const Images& images, const ImageTable& table, std::int64_t count, std::int64_t height,
                         std::int64_t width) {
  const at::Tensor& pixels = images.pixels;
  ESPALIER_EXPECT(pixels.is_contiguous() && pixels.scalar_type() == at::kByte && count <= table.rows.size(1));
  ESPALIER_EXPECT(table.windows.scalar_type() == at::kInt && table.windows.is_contiguous());
  const auto channels = pixels.size(1);
  // Laid out as [n, h, w, c], so that channels-last is recognised for one channel too.
  const at::Tensor out = at::empty({count, height, width, channels}, images.scale.options());
  const auto side = [](std::int64_t size) { return static_cast<int>(size); };
  run(
      "gather", [](const auto& arguments, std::int64_t i) { kernel::gather(arguments, i); },
      kernel::Gather{pixels.const_data_ptr<std::uint8_t>(), longs(table.rows), table.windows.const_data_ptr<int>(),
                     longs(table.index), images.scale.const_data_ptr<float>(), images.offset.const_data_ptr<float>(),
                     out.data_ptr<float>(), side(table.rows.size(1)), side(channels), side(pixels.size(2)),
                     side(pixels.size(3)), side(height), side(width)},
      out);
  return out.permute({0, 3, 1, 2});
}

at::Tensor dropout_mask(const SeedTable& table, std::int64_t layer, std::int64_t first_row, std::int64_t rows,
                        std::int64_t row_elements, double probability) {
  ESPALIER_EXPECT(layer >= 0 && layer < table.seeds.size(1));
  const at::Tensor out = at::empty({rows, row_elements}, table.seeds.options().dtype(at::kFloat));
  run(
      "mask", [](const auto& arguments, std::int64_t i) { kernel::mask(arguments, i); },
      kernel::Masks{longs(table.seeds), longs(table.index), out.data_ptr<float>(), table.seeds.size(1), layer,
                    first_row * row_elements, static_cast<unsigned int>(probability * 4294967296.0),
                    1.0f / static_cast<float>(1.0 - probability)},
      out);
  return out;
}

}  // namespace espalier::device
