// Computes the CRC-32C of blocks, three at a time, since one alone waits for the instruction's latency.
#include "espalier/core/block_sums.hpp"

#include <algorithm>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace espalier {

namespace {

#if defined(__x86_64__)
std::uint64_t load_word(const std::byte* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

/// The sums of three whole blocks that lie one behind the other.
__attribute__((target("sse4.2"))) void add_three(const std::byte* at, std::vector<std::uint32_t>& sums) {
  std::uint64_t a = 0xFFFFFFFF, b = a, c = a;
  for (std::size_t i = 0; i < kSummedBytes; i += 8) {
    a = _mm_crc32_u64(a, load_word(at + i));
    b = _mm_crc32_u64(b, load_word(at + kSummedBytes + i));
    c = _mm_crc32_u64(c, load_word(at + 2 * kSummedBytes + i));
  }
  for (const std::uint64_t sum : {a, b, c}) sums.push_back(~static_cast<std::uint32_t>(sum));
}

std::size_t add_threes(Bytes bytes, std::vector<std::uint32_t>& sums) {
  if (!__builtin_cpu_supports("sse4.2")) return 0;
  std::size_t done = 0;
  for (; bytes.size() - done >= 3 * kSummedBytes; done += 3 * kSummedBytes) add_three(bytes.data() + done, sums);
  return done;
}
#else
std::size_t add_threes(Bytes, std::vector<std::uint32_t>&) { return 0; }
#endif

}  // namespace

std::vector<std::uint32_t> block_sums(Bytes bytes) {
  std::vector<std::uint32_t> sums;
  sums.reserve(bytes.size() / kSummedBytes + 1);
  for (std::size_t at = add_threes(bytes, sums); at < bytes.size(); at += kSummedBytes) {
    sums.push_back(crc32c(bytes.subspan(at, std::min(kSummedBytes, bytes.size() - at))));
  }
  return sums;
}

}  // namespace espalier
