#pragma once
// The scalars of tagged archives: variable-length integers and little-endian floats, as Protocol Buffers write them.
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

namespace espalier::frame {

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

inline void put_varint(std::string& out, std::uint64_t value) {
  char bytes[10];
  std::size_t count = 0;
  for (; value >= 0x80; value >>= 7) bytes[count++] = static_cast<char>(value | 0x80);
  bytes[count++] = static_cast<char>(value);
  out.append(bytes, count);
}

/// Takes one from the front of `bytes`. Throws CorruptionError where it does not end, or exceeds 64 bits.
inline std::uint64_t take_varint(std::string_view& bytes) {
  if (!bytes.empty() && static_cast<std::uint8_t>(bytes.front()) < 0x80) {  // nearly all
    const auto value = static_cast<std::uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    return value;
  }
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size() && i < 10; ++i) {
    const auto byte = static_cast<std::uint8_t>(bytes[i]);
    if (i == 9 && byte > 1) break;
    value |= static_cast<std::uint64_t>(byte & 0x7F) << (7 * i);
    if (byte < 0x80) {
      bytes.remove_prefix(i + 1);
      return value;
    }
  }
  throw CorruptionError("a number in a record does not end");
}

/// Takes `count` bytes. Throws CorruptionError where there are fewer.
inline std::string_view take_raw(std::string_view& bytes, std::uint64_t count) {
  if (count > bytes.size()) throw CorruptionError("a record ends too early");
  const auto front = bytes.substr(0, count);
  bytes.remove_prefix(count);
  return front;
}

/// Takes a length and as many bytes.
inline std::string_view take_bytes(std::string_view& bytes) {
  const std::uint64_t count = take_varint(bytes);
  return take_raw(bytes, count);
}

/// Takes a value of that type, whatever it is.
inline void skip_value(std::string_view& bytes, WireType type) {
  switch (type) {
    case WireType::varint: take_varint(bytes); return;
    case WireType::fixed64: take_raw(bytes, 8); return;
    case WireType::block: take_bytes(bytes); return;
    case WireType::fixed32: take_raw(bytes, 4); return;
  }
  throw CorruptionError("a field of a record has no known type");
}

/// Signed integers are written zigzag (0, -1, 1, -2, ...), so that small ones are short.
template <class T>
void put_scalar(std::string& out, const T& value) {
  if constexpr (std::is_floating_point_v<T>) {
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
  } else if constexpr (std::is_enum_v<T>) {
    static_assert(std::is_unsigned_v<std::underlying_type_t<T>>);
    put_varint(out, static_cast<std::uint64_t>(value));
  } else if constexpr (std::is_signed_v<T>) {
    const auto wide = static_cast<std::int64_t>(value);
    put_varint(out, static_cast<std::uint64_t>(wide) << 1 ^ static_cast<std::uint64_t>(wide >> 63));
  } else {
    put_varint(out, static_cast<std::uint64_t>(value));
  }
}

/// Throws CorruptionError where the number is missing or does not fit T.
template <class T>
void take_scalar(std::string_view& bytes, T& value) {
  if constexpr (std::is_floating_point_v<T>) {
    std::memcpy(&value, take_raw(bytes, sizeof value).data(), sizeof value);
  } else if constexpr (std::is_enum_v<T>) {
    std::underlying_type_t<T> number{};
    take_scalar(bytes, number);
    value = static_cast<T>(number);
  } else {
    const std::uint64_t raw = take_varint(bytes);
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
