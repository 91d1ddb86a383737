// Counts values whose exponent bits are all set, and finds truth values that are none.
#include "espalier/safetensors/values.hpp"

#include <algorithm>
#include <cstring>

namespace espalier::safetensors {
namespace {

/// NaN and infinity have all exponent bits set, in every one of these formats. The bytes need not be aligned.
template <class Word>
std::int64_t count(Bytes bytes, Word exponent) {
  std::int64_t found = 0;
  for (std::size_t at = 0; at + sizeof(Word) <= bytes.size(); at += sizeof(Word)) {
    Word word;
    std::memcpy(&word, bytes.data() + at, sizeof word);
    found += (word & exponent) == exponent;
  }
  return found;
}

}  // namespace

std::int64_t count_not_finite(std::string_view dtype, Bytes bytes) {
  if (dtype == "F32") return count<std::uint32_t>(bytes, 0x7F800000);
  if (dtype == "F64") return count<std::uint64_t>(bytes, 0x7FF0000000000000);
  if (dtype == "F16") return count<std::uint16_t>(bytes, 0x7C00);
  if (dtype == "BF16") return count<std::uint16_t>(bytes, 0x7F80);
  return 0;
}

bool are_truth_values(Bytes bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte byte) { return byte <= std::byte{1}; });
}

}  // namespace espalier::safetensors
