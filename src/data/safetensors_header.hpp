#pragma once
// The JSON header of a safetensors file, parsed and checked against the size of what follows it.
#include <ATen/ATen.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "espalier/data/safetensors.hpp"

namespace espalier::data {

struct HeaderEntry {
  std::string name;
  at::ScalarType dtype = at::kFloat;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0, end = 0;  ///< bytes after the header
};

struct Header {
  std::vector<HeaderEntry> entries;  ///< in file order: ascending offsets, no gap, no overlap
  Metadata metadata;
};

/// Requires that `json` describes exactly `data_bytes` bytes, else throws UsageError; `where` names the file in it.
Header parse_header(std::string_view json, std::uint64_t data_bytes, const std::string& where);

/// The header's bytes: 8 bytes of size, JSON, spaces up to a multiple of 8. Tensors follow in the given order.
std::string format_header(const NamedTensors& tensors, const Metadata& metadata);

/// "F32" and so on; throws UsageError for a dtype the format lacks or we do not carry.
std::string dtype_name(at::ScalarType dtype);
/// Throws std::out_of_range for an unknown name.
at::ScalarType dtype_named(const std::string& name);

}  // namespace espalier::data
