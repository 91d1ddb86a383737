#pragma once
// Dropout masks as a pure function of a seed and the element's position in the batch.
#include <ATen/ATen.h>

#include <cstdint>

#include "espalier/model/unit_network.hpp"

namespace espalier::model {

/// A mask [rows, row_elements] of 0 (with `probability`) and 1 / (1 - probability). Counter-based: element e (counted
/// from the batch's first row) depends on (seed, e) alone, so a part of a batch draws its rows of the whole mask.
at::Tensor dropout_mask(std::int64_t first_row, std::int64_t rows, std::int64_t row_elements, double probability,
                        std::uint64_t seed, at::Device device = at::kCPU);

/// The seed of the mask of layer `layer` (from 0, branches counted through) of unit `unit` (from 1) in a step.
std::uint64_t mask_seed(const StepKey& key, std::int32_t unit, std::int32_t layer);

}  // namespace espalier::model
