#pragma once
// Distinct types for ids, so that a RunId cannot be passed where a TaskId is expected.
#include <compare>
#include <cstdint>
#include <functional>
#include <string>

#include "espalier/core/errors.hpp"
#include "espalier/core/hash.hpp"
#include "espalier/core/short_text.hpp"

namespace espalier {

/// An id that is the first 128 bits of a SHA-256, written as 32 hexadecimal digits. Empty means "none".
template <class Tag>
struct HashId {
  ShortText hex;

  static HashId of(const Digest& digest) { return {to_hex(digest, 16)}; }
  bool empty() const { return hex.empty(); }
  std::string brief() const { return std::string(hex.view().substr(0, 8)); }
  auto operator<=>(const HashId&) const = default;

  /// Written and read as a text.
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    if constexpr (Archive::is_saving::value) {
      archive & hex.view();
    } else {
      std::string text;
      archive & text;
      if (!ShortText::can_hold(text)) throw CorruptionError("an id is no text of at most 32 characters");
      hex = text;
    }
  }
};

using TaskId = HashId<struct TaskTag>;
using RunId = HashId<struct RunTag>;
/// Images and the labels they are to get, as an evaluation measures them.
using ImageSetId = HashId<struct ImageSetTag>;

/// A file named by the SHA-256 of its bytes: 64 hexadecimal digits. Empty means "none".
struct ArtifactId {
  std::string hex;
  bool empty() const { return hex.empty(); }
  auto operator<=>(const ArtifactId&) const = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive & hex;
  }
};

/// A device slot: MPI rank of its agent (1..W).
struct WorkerId {
  std::int32_t rank = 0;
  auto operator<=>(const WorkerId&) const = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive & rank;
  }
};

/// (journal segment, attempt), carried by every message about an attempt; messages with an old fence are dropped.
struct Fence {
  std::uint32_t segment = 0;
  std::uint32_t attempt = 0;
  auto operator<=>(const Fence&) const = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive & segment & attempt;
  }
};

}  // namespace espalier

template <class Tag>
struct std::hash<espalier::HashId<Tag>> {
  // noexcept: so libstdc++ keeps no copy of the hash behind each value, which every look-up would have to fetch
  std::size_t operator()(const espalier::HashId<Tag>& id) const noexcept { return id.hex.hash(); }
};
