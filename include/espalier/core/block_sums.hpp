#pragma once
// CRC-32C of each block of a large file, computed as fast as memory can be read: whether a pack is as it was written.
#include <vector>

#include "espalier/core/hash.hpp"

namespace espalier {

inline constexpr std::size_t kSummedBytes = 1u << 20;

/// The CRC-32C of each MiB of `bytes`; the last block may be shorter.
std::vector<std::uint32_t> block_sums(Bytes bytes);

}  // namespace espalier
