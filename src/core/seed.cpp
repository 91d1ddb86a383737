// Derives seeds from keys, and draws whole numbers and permutations with splitmix64.
#include "espalier/core/seed.hpp"

#include <cstring>
#include <numeric>
#include <string>
#include <utility>

#include "espalier/core/checks.hpp"
#include "espalier/core/hash.hpp"

namespace espalier {

std::uint64_t seed_of(std::uint64_t study_seed, std::initializer_list<SeedPart> parts) {
  std::string key = "seed:" + std::to_string(study_seed);
  for (const auto& part : parts) {
    if (const auto* text = std::get_if<std::string_view>(&part)) {
      key += "|s" + std::to_string(text->size()) + ":" + std::string(*text);
    } else {
      key += "|i" + std::to_string(std::get<std::int64_t>(part));
    }
  }
  const Digest digest = sha256(key);
  std::uint64_t seed = 0;
  for (int i = 0; i < 8; ++i) seed |= static_cast<std::uint64_t>(digest[static_cast<std::size_t>(i)]) << (8 * i);
  return seed;
}

std::uint64_t SplitMix64::next() {
  std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

std::uint64_t SplitMix64::below(std::uint64_t bound) {
  ESPALIER_EXPECT(bound > 0);
  const std::uint64_t limit = bound * (UINT64_MAX / bound);
  std::uint64_t value = next();
  while (value >= limit) value = next();
  return value % bound;
}

std::uint64_t derive(std::uint64_t seed, std::uint64_t part) {
  SplitMix64 first(seed);
  SplitMix64 second(first.next() ^ part);
  return second.next();
}

std::vector<std::int32_t> permutation(std::int32_t n, std::uint64_t seed) {
  ESPALIER_EXPECT(n >= 0);
  std::vector<std::int32_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  SplitMix64 random(seed);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  return order;
}

}  // namespace espalier
