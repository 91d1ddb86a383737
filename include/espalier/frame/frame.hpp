#pragma once
// One frame: magic, version, type, size, CRC-32C, payload. The same bytes travel by MPI and by socket; the journal's
// records have a header of their own (store).
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "espalier/frame/archive.hpp"

namespace espalier::frame {

inline constexpr std::uint32_t kMagic = 0x4C505345;  // "ESPL"
inline constexpr std::uint16_t kVersion = 1;
inline constexpr std::uint64_t kMaxPayload = 256ull << 20;  ///< bytes; larger sizes are corruption
inline constexpr std::size_t kHeaderBytes = 20;             ///< magic 4, version 2, type 2, size 8, crc 4

struct Frame {
  std::uint16_t type = 0;
  std::string payload;

  /// The payload as a T. Throws CorruptionError.
  template <class T>
  T as() const {
    return from_bytes<T>(payload);
  }
};

/// Header and payload, ready to send. The CRC covers type, size and payload.
std::string encode(std::uint16_t type, std::string_view payload);

/// `T::kType` is the frame type of a message struct.
template <class T>
std::string encode(const T& message) {
  return encode(static_cast<std::uint16_t>(T::kType), to_bytes(message));
}

/// Takes one whole frame from the front of `buffer`; nothing if it is not complete yet.
/// Throws CorruptionError on bad magic, version, size or CRC.
std::optional<Frame> take(std::string& buffer);

/// What stands at the front of `bytes`, without copying the rest.
struct Peek {
  enum class State { whole, incomplete, corrupt } state = State::incomplete;
  Frame frame;
  std::size_t bytes = 0;  ///< length of the whole frame when state is whole
  std::string why;        ///< for corrupt
};
Peek peek(std::string_view bytes);

/// The same without a copy: `payload` points into `bytes`.
struct View {
  Peek::State state = Peek::State::incomplete;
  std::uint16_t type = 0;
  std::string_view payload;
  std::size_t bytes = 0;
  std::string why;
};
View view(std::string_view bytes);

}  // namespace espalier::frame
