#pragma once
// Draws the initial values of one parameter.
#include <ATen/ATen.h>

#include <cstdint>

#include "espalier/network/networks.hpp"

namespace espalier::model {

/// A tensor of `parameter`'s shape (contiguous), drawn by its layer's rule from `seed`.
at::Tensor draw_parameter(const network::ParameterSpec& parameter, std::uint64_t seed);

}  // namespace espalier::model
