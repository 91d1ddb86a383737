#include "espalier/core/block_sums.hpp"

#include <catch2/catch.hpp>
#include <string>

namespace espalier {
namespace {

/// The same by the plain function, block after block.
std::vector<std::uint32_t> one_by_one(Bytes bytes) {
  std::vector<std::uint32_t> sums;
  for (std::size_t at = 0; at < bytes.size(); at += kSummedBytes) {
    sums.push_back(crc32c_portable(bytes.subspan(at, std::min(kSummedBytes, bytes.size() - at))));
  }
  return sums;
}

}  // namespace

TEST_CASE("block sums: three at a time are those of each block alone, for every number of blocks") {
  std::string text(7 * kSummedBytes + 5, '\0');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 2654435761u >> 13);

  for (const std::size_t size : {std::size_t{0}, std::size_t{3}, kSummedBytes, 3 * kSummedBytes - 1, 3 * kSummedBytes,
                                 4 * kSummedBytes + 8, text.size()}) {
    const Bytes bytes = bytes_of(text).first(size);
    CHECK(block_sums(bytes) == one_by_one(bytes));
  }
}

TEST_CASE("block sums: a flipped bit changes the sum of its block, and no other") {
  std::string text(4 * kSummedBytes, 'x');
  const auto before = block_sums(bytes_of(text));

  text[2 * kSummedBytes + 77] ^= 8;

  const auto after = block_sums(bytes_of(text));
  for (std::size_t i = 0; i < before.size(); ++i) CHECK((before[i] == after[i]) == (i != 2));
}

}  // namespace espalier
