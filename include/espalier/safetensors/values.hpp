#pragma once
// Looks at a tensor's bytes for values that no network may have.
#include <cstdint>
#include <string_view>

#include "espalier/core/hash.hpp"

namespace espalier::safetensors {

/// How many values are NaN or infinite; 0 for dtypes that have no such.
std::int64_t count_not_finite(std::string_view dtype, Bytes bytes);

/// Whether all bytes are 0 or 1: reading others as bool is undefined behaviour.
bool are_truth_values(Bytes bytes);

}  // namespace espalier::safetensors
