#pragma once
// The scalars of tagged archives: variable-length integers and little-endian floats, as Protocol Buffers write them.
#include <algorithm>
#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "espalier/core/errors.hpp"
#include "espalier/core/ids.hpp"
#include "espalier/frame/stored.hpp"

namespace espalier::frame {

/// Stored by a newer version of this program, in a way that this one cannot read.
class NewerFormatError : public UsageError {
 public:
  using UsageError::UsageError;
};

enum class WireType : std::uint8_t { varint = 0, fixed64 = 1, block = 2, fixed32 = 5 };

template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;
template <class T>
inline constexpr bool is_hash_id = false;
template <class Tag>
inline constexpr bool is_hash_id<HashId<Tag>> = true;

template <class T>
constexpr WireType wire_type_of() {
  if constexpr (std::is_same_v<T, double>) return WireType::fixed64;
  else if constexpr (std::is_same_v<T, float>) return WireType::fixed32;
  else return WireType::varint;
}

inline constexpr std::size_t kMostVarint = 10;  ///< bytes

constexpr std::size_t varint_size(std::uint64_t value) {
  return (static_cast<std::size_t>(std::bit_width(value | 1)) + 6) / 7;
}

/// Returns where it ends; there must be room for kMostVarint bytes.
constexpr char* write_varint(char* at, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) *at++ = static_cast<char>(value | 0x80);
  *at++ = static_cast<char>(value);
  return at;
}

inline void put_varint(std::string& out, std::uint64_t value) {
  char bytes[kMostVarint];
  out.append(bytes, static_cast<std::size_t>(write_varint(bytes, value) - bytes));
}

/// What is left to read.
struct Rest {
  const char* at;
  const char* end;

  explicit Rest(std::string_view bytes) : at(bytes.data()), end(at + bytes.size()) {}
  bool empty() const { return at == end; }
  std::size_t size() const { return static_cast<std::size_t>(end - at); }
};

/// Takes one of more than a byte. Throws CorruptionError where it does not end, or exceeds 64 bits.
[[gnu::noinline]] inline std::uint64_t take_long_varint(Rest& rest) {
  std::uint64_t value = 0;
  const std::size_t most = std::min(rest.size(), kMostVarint);
  for (std::size_t i = 0; i < most; ++i) {
    const auto byte = static_cast<std::uint8_t>(rest.at[i]);
    if (i == kMostVarint - 1 && byte > 1) break;
    value |= static_cast<std::uint64_t>(byte & 0x7F) << (7 * i);
    if (byte < 0x80) {
      rest.at += i + 1;
      return value;
    }
  }
  throw CorruptionError("a number in a record does not end");
}

/// Takes one from the front. Throws CorruptionError where it does not end, or exceeds 64 bits.
[[gnu::always_inline]] inline std::uint64_t take_varint(Rest& rest) {
  if (!rest.empty() && static_cast<std::uint8_t>(*rest.at) < 0x80) {  // nearly all
    return static_cast<std::uint8_t>(*rest.at++);
  }
  return take_long_varint(rest);
}

[[noreturn, gnu::cold]] inline void refuse_short() { throw CorruptionError("a record ends too early"); }

/// Takes `count` bytes. Throws CorruptionError where there are fewer.
inline std::string_view take_raw(Rest& rest, std::uint64_t count) {
  if (count > rest.size()) refuse_short();
  const std::string_view front(rest.at, count);
  rest.at += count;
  return front;
}

/// Takes a length and as many bytes.
inline std::string_view take_bytes(Rest& rest) {
  const std::uint64_t count = take_varint(rest);
  return take_raw(rest, count);
}

/// Takes a value of that type, whatever it is.
inline void skip_value(Rest& rest, WireType type) {
  switch (type) {
    case WireType::varint: take_varint(rest); return;
    case WireType::fixed64: take_raw(rest, 8); return;
    case WireType::block: take_bytes(rest); return;
    case WireType::fixed32: take_raw(rest, 4); return;
  }
  throw CorruptionError("a field of a record has no known type");
}

/// Returns where it ends; there must be room for kMostVarint bytes. Signed integers are written zigzag (0, -1, 1, -2,
/// ...), so that small ones are short.
template <class T>
char* write_scalar(char* at, const T& value) {
  if constexpr (std::is_floating_point_v<T>) {
    std::memcpy(at, &value, sizeof value);
    return at + sizeof value;
  } else if constexpr (std::is_enum_v<T>) {
    static_assert(StoredEnumeration<T>);
    return write_varint(at, static_cast<std::uint64_t>(value));
  } else if constexpr (std::is_signed_v<T>) {
    const auto wide = static_cast<std::int64_t>(value);
    return write_varint(at, static_cast<std::uint64_t>(wide) << 1 ^ static_cast<std::uint64_t>(wide >> 63));
  } else {
    return write_varint(at, static_cast<std::uint64_t>(value));
  }
}

[[noreturn, gnu::cold]] inline void refuse_unknown_value(std::uint64_t value, std::uint64_t last) {
  throw NewerFormatError("a record holds the value " + std::to_string(value) +
                             " where this version knows those up to " + std::to_string(last),
                         "it must be understood", "Use the version of espalier that wrote it, or a later one.");
}

/// Throws CorruptionError where the number is missing or does not fit T, and NewerFormatError for a value of an
/// enumeration that this version does not know.
template <class T>
void take_scalar(Rest& rest, T& value) {
  if constexpr (std::is_floating_point_v<T>) {
    std::memcpy(&value, take_raw(rest, sizeof value).data(), sizeof value);
  } else if constexpr (std::is_enum_v<T>) {
    static_assert(StoredEnumeration<T>);
    constexpr auto kLast = static_cast<std::uint64_t>(last_known(T{}));
    const std::uint64_t number = take_varint(rest);
    if (number > kLast) refuse_unknown_value(number, kLast);
    value = static_cast<T>(number);
  } else {
    const std::uint64_t raw = take_varint(rest);
    if constexpr (std::is_same_v<T, bool>) {
      value = raw != 0;
    } else if constexpr (std::is_signed_v<T>) {
      const auto wide = static_cast<std::int64_t>(raw >> 1 ^ (~(raw & 1) + 1));
      value = static_cast<T>(wide);
      if (value != wide) throw CorruptionError("a number in a record is too large");
    } else {
      value = static_cast<T>(raw);
      if (value != raw) throw CorruptionError("a number in a record is too large");
    }
  }
}

}  // namespace espalier::frame
