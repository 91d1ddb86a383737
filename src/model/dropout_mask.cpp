// Draws dropout masks from a counter, so that each element depends on seed and position only.
#include "espalier/model/dropout_mask.hpp"

#include "espalier/core/seed.hpp"

namespace espalier::model {
namespace {

/// The finaliser of splitmix64 applied to a counter (Steele, Lea, Flood 2014): the same sequence without a state.
std::uint64_t draw(std::uint64_t seed, std::uint64_t counter) {
  std::uint64_t z = seed + (counter + 1) * 0x9E3779B97F4A7C15ULL;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

}  // namespace

at::Tensor dropout_mask(std::int64_t first_row, std::int64_t rows, std::int64_t row_elements, double probability,
                        std::uint64_t seed) {
  at::Tensor mask = at::empty({rows, row_elements}, at::kFloat);
  float* out = mask.data_ptr<float>();
  const float kept = 1.0f / static_cast<float>(1.0 - probability);
  const auto threshold = static_cast<std::uint32_t>(probability * 4294967296.0);
  const auto first = static_cast<std::uint64_t>(first_row * row_elements);
  const std::int64_t count = rows * row_elements;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto bits = static_cast<std::uint32_t>(draw(seed, first + static_cast<std::uint64_t>(i)) >> 32);
    out[i] = bits < threshold ? 0.0f : kept;
  }
  return mask;
}

std::uint64_t mask_seed(const StepKey& key, std::int32_t unit, std::int32_t layer) {
  const auto part = [](std::int32_t number) { return static_cast<std::uint64_t>(number); };
  return derive(derive(key.mask_seed, part(unit), part(key.epoch), part(key.step)), part(layer));
}

}  // namespace espalier::model
