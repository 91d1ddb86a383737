#include <catch2/catch.hpp>

#include "espalier/core/hash.hpp"
#include "espalier/core/seed.hpp"

using namespace espalier;

TEST_CASE("crc32c: the tables give the check value of the Castagnoli polynomial") {
  CHECK(crc32c_portable(bytes_of("123456789")) == 0xE3069283u);
}

TEST_CASE("crc32c: instruction and tables agree at every length and alignment") {
  SplitMix64 random(1);
  std::string bytes;
  for (int i = 0; i < 300; ++i) bytes += static_cast<char>(random.next());

  for (std::size_t from = 0; from < 9; ++from) {
    for (std::size_t length = 0; length + from <= bytes.size(); ++length) {
      const auto part = bytes_of(std::string_view(bytes).substr(from, length));
      REQUIRE(crc32c(part) == crc32c_portable(part));
    }
  }
}
