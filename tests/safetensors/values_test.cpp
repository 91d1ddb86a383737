// Values that no network may have are found by their bits.
#include "espalier/safetensors/values.hpp"

#include <catch2/catch.hpp>
#include <cstring>
#include <limits>
#include <string>

#include "espalier/safetensors/header.hpp"

using namespace espalier;
using namespace espalier::safetensors;

namespace {

template <class Word>
std::string raw(std::initializer_list<Word> words) {
  std::string bytes;
  for (const Word word : words) bytes.append(reinterpret_cast<const char*>(&word), sizeof word);
  return bytes;
}

}  // namespace

TEST_CASE("safetensors values: NaN and infinity are counted in every dtype that has them, unaligned too") {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN(), kInf = std::numeric_limits<float>::infinity();
  const std::string floats = raw<float>({1.5f, kNan, -kInf, std::numeric_limits<float>::max()});

  CHECK(count_not_finite("F32", bytes_of(floats)) == 2);
  const std::string shifted = "x" + floats;
  CHECK(count_not_finite("F32", bytes_of(shifted).subspan(1)) == 2);
  CHECK(count_not_finite("F64", bytes_of(raw<double>({1, double{kNan}}))) == 1);
  CHECK(count_not_finite("F16", bytes_of(raw<std::uint16_t>({0x7BFF, 0x7C00, 0xFE00}))) == 2);
  CHECK(count_not_finite("BF16", bytes_of(raw<std::uint16_t>({0x7F7F, 0x7F80, 0xFFC0}))) == 2);
  CHECK(count_not_finite("I32", bytes_of(floats)) == 0);
}

TEST_CASE("safetensors values: truth values are 0 and 1") {
  CHECK(are_truth_values(bytes_of(std::string("\0\1\1", 3))));
  CHECK_FALSE(are_truth_values(bytes_of(std::string("\0\2", 2))));
}
