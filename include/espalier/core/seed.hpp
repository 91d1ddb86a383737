#pragma once
// Random streams named by keys: equal keys draw equal numbers on every machine, in any order of execution.
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

namespace espalier {

/// One part of a stream's key: a purpose or name, or a number.
using SeedPart = std::variant<std::string_view, std::int64_t>;

/// The seed of the stream (study seed, parts...), from SHA-256 over the tagged parts.
std::uint64_t seed_of(std::uint64_t study_seed, std::initializer_list<SeedPart> parts);

/// A cheap derived seed (two rounds of splitmix64): for keys such as (unit, epoch, step) in a training loop.
std::uint64_t derive(std::uint64_t seed, std::uint64_t part);
template <class... More>
std::uint64_t derive(std::uint64_t seed, std::uint64_t part, More... more) {
  return derive(derive(seed, part), static_cast<std::uint64_t>(more)...);
}

/// splitmix64 (Steele, Lea, Flood 2014): a small generator with a portable sequence.
class SplitMix64 {
 public:
  explicit SplitMix64(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  /// Uniform in [0, bound) without modulo bias; bound > 0.
  std::uint64_t below(std::uint64_t bound);
  /// Uniform in [0, 1) with 53 bits.
  double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

 private:
  std::uint64_t state_;
};

/// A Fisher-Yates permutation of 0..n-1, the same on every platform.
std::vector<std::int32_t> permutation(std::int32_t n, std::uint64_t seed);

}  // namespace espalier
