#pragma once
// How a group's trainers sum: trainer -> agent: SharedBuffer, Reduce; agent -> agent: PeerBuffer, Part; agent ->
// trainer: Reduced, PeerBuffer.
#include <cstdint>
#include <string>

#include "espalier/frame/canonical.hpp"
#include "espalier/protocol/message_type.hpp"

namespace espalier::protocol {

/// Trainer to its agent: a buffer in shared memory, given by its descriptor in the trainer. The numbers begin after
/// kHeaderBytes, which trainers on one host use to synchronise.
struct SharedBuffer {
  static constexpr MessageType kType = MessageType::shared_buffer;
  static constexpr std::size_t kHeaderBytes = 64;
  std::uint64_t group = 0;
  std::int32_t buffer = 0;  ///< its number, from 0
  std::int32_t descriptor = -1;
  std::int64_t count = 0;
  bool doubles = false;  ///< float64; else float32
  std::size_t bytes() const {
    return kHeaderBytes + static_cast<std::size_t>(count) * (doubles ? sizeof(double) : sizeof(float));
  }
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(group) & ESPALIER_FIELD(buffer) & ESPALIER_FIELD(descriptor) & ESPALIER_FIELD(count) &
        ESPALIER_FIELD(doubles);
  }
};

/// Trainer to its agent: reduce this buffer over the group. `number` counts the group's reductions, equally on all
/// members.
struct Reduce {
  static constexpr MessageType kType = MessageType::reduce;
  std::uint64_t group = 0;
  std::int64_t number = 0;
  std::int32_t buffer = 0;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(group) & ESPALIER_FIELD(number) & ESPALIER_FIELD(buffer);
  }
};

/// Agent to its trainer: the buffer of that reduction holds the sums.
struct Reduced {
  static constexpr MessageType kType = MessageType::reduced;
  std::uint64_t group = 0;
  std::int64_t number = 0;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(group) & ESPALIER_FIELD(number);
  }
};

/// Agent to agent, and on to the trainer: where a member's buffer is. A trainer may map buffers of members with the
/// same host key (`host_key`: one kernel, one process name space); for others its agent empties the key.
struct PeerBuffer {
  static constexpr MessageType kType = MessageType::peer_buffer;
  SharedBuffer buffer;
  std::int32_t rank = 0;     ///< of the sender in the group
  std::int64_t trainer = 0;  ///< its process
  std::string host_key;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(buffer) & ESPALIER_FIELD(rank) & ESPALIER_FIELD(trainer) & ESPALIER_FIELD(host_key);
  }
};

/// Agent to agent: the sender's numbers of the receiver's range of a buffer, to be summed; or the sums of the sender's
/// range.
struct Part {
  static constexpr MessageType kType = MessageType::part;
  std::uint64_t group = 0;
  std::int64_t number = 0;
  std::int32_t rank = 0;  ///< of the sender in the group
  bool summed = false;
  std::string bytes;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(group) & ESPALIER_FIELD(number) & ESPALIER_FIELD(rank) & ESPALIER_FIELD(summed) &
        ESPALIER_FIELD(bytes);
  }
};

}  // namespace espalier::protocol
