#pragma once
// The JSON header of a safetensors file as it is written, and the names of LibTorch's scalar types in it.
#include <ATen/ATen.h>

#include <string>

#include "espalier/data/safetensors.hpp"

namespace espalier::data {

/// The header's bytes: 8 bytes of size, JSON, spaces up to a multiple of 8. Tensors follow in the given order.
std::string format_header(const NamedTensors& tensors, const Metadata& metadata);

/// "F32" and so on; throws UsageError for a dtype the format lacks or we do not carry.
std::string dtype_name(at::ScalarType dtype);
/// Throws std::out_of_range for an unknown name.
at::ScalarType dtype_named(const std::string& name);

}  // namespace espalier::data
