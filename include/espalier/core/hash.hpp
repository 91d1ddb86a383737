#pragma once
// SHA-256 (names of tasks and artifacts) and CRC-32C (frames and journal records).
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace espalier {

using Bytes = std::span<const std::byte>;

inline Bytes bytes_of(std::string_view text) { return {reinterpret_cast<const std::byte*>(text.data()), text.size()}; }

/// A SHA-256 value.
using Digest = std::array<std::uint8_t, 32>;

/// Incremental SHA-256 (FIPS 180-4, by libcrypto). Throws EnvironmentError if libcrypto refuses.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  Sha256& update(Bytes bytes);
  Sha256& update(std::string_view text) { return update(bytes_of(text)); }
  Digest finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

Digest sha256(Bytes bytes);
inline Digest sha256(std::string_view text) { return sha256(bytes_of(text)); }

/// Lower-case hexadecimal of the first `bytes` bytes.
std::string to_hex(const Digest& digest, std::size_t bytes = 32);

/// CRC-32C (Castagnoli), initial value and final xor 0xFFFFFFFF. `before`: of the bytes that stand in front of these.
std::uint32_t crc32c(Bytes bytes, std::uint32_t before = 0);
/// The same without CPU-specific instructions: the fallback, and the reference in tests.
std::uint32_t crc32c_portable(Bytes bytes, std::uint32_t before = 0);

}  // namespace espalier
