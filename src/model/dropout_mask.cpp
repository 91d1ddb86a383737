// Draws dropout masks from a counter, so that each element depends on seed and position only.
#include "espalier/model/dropout_mask.hpp"

#include "espalier/core/seed.hpp"
#include "espalier/device/kernels.hpp"

namespace espalier::model {

at::Tensor dropout_mask(std::int64_t first_row, std::int64_t rows, std::int64_t row_elements, double probability,
                        std::uint64_t seed, at::Device device) {
  const auto numbers = at::TensorOptions(at::kLong).device(device);
  const device::SeedTable table{at::full({1, 1}, static_cast<std::int64_t>(seed), numbers), at::zeros({1}, numbers)};
  return device::dropout_mask(table, 0, first_row, rows, row_elements, probability);
}

std::uint64_t mask_seed(const StepKey& key, std::int32_t unit, std::int32_t layer) {
  const auto part = [](std::int32_t number) { return static_cast<std::uint64_t>(number); };
  return derive(derive(key.mask_seed, part(unit), part(key.epoch), part(key.step)), part(layer));
}

}  // namespace espalier::model
