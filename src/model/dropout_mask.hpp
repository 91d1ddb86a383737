#pragma once
#include <ATen/ATen.h>

#include <cstdint>

namespace espalier::model {

/// A mask [rows, row_elements] of 0 (with `probability`) and 1 / (1 - probability). Counter-based: element e (counted
/// from the batch's first row) depends on (seed, e) alone, so a part of a batch draws its rows of the whole mask.
at::Tensor dropout_mask(std::int64_t first_row, std::int64_t rows, std::int64_t row_elements, double probability,
                        std::uint64_t seed);

}  // namespace espalier::model
