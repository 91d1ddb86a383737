#pragma once
// The JSON header of a safetensors file, parsed and checked against the size of what follows it. Without LibTorch.
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace espalier::safetensors {

inline constexpr std::size_t kMaxHeaderBytes = 64u << 20;

/// Why a file is refused; who catches it adds the file's name.
struct Refused : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct HeaderEntry {
  std::string name;
  std::string dtype;  ///< one that dtype_bytes() knows
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0, end = 0;  ///< bytes after the header
};

struct Header {
  std::vector<HeaderEntry> entries;  ///< in file order: ascending offsets, no gap, no overlap
  std::map<std::string, std::string> metadata;
};

/// Requires that `json` describes exactly `data_bytes` bytes, else throws Refused.
Header parse_header(std::string_view json, std::uint64_t data_bytes);

/// A file's header, and what follows it.
struct Parts {
  Header header;
  std::string_view data;  ///< a part of the file's bytes
  std::string_view bytes(const HeaderEntry& entry) const { return data.substr(entry.begin, entry.end - entry.begin); }
};

/// Takes a whole file apart, which must outlive the result. Throws Refused where it is cut, and as parse_header() does.
Parts parts_of(std::string_view file);

/// Bytes of a value: 4 of "F32" and so on; 0 where we do not carry the dtype.
std::size_t dtype_bytes(std::string_view dtype);

}  // namespace espalier::safetensors
