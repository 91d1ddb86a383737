#pragma once
// Segments on disk: their names, their bytes, and which of them, up to where, are the truth.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "espalier/store/state.hpp"

namespace espalier::store {

std::filesystem::path journal_folder(const std::filesystem::path& out);
std::filesystem::path segment_file(const std::filesystem::path& out, std::uint32_t number);

/// Numbers of the segment files that exist, ascending.
std::vector<std::uint32_t> list_segments(const std::filesystem::path& out);

/// The first record of a segment, if it is whole, valid and names this segment. Throws frame::NewerFormatError where
/// the segment is of another format of the journal, older or newer.
std::optional<SegmentStart> read_head(const std::filesystem::path& out, std::uint32_t number);

/// Bytes of whole, valid records from the front.
std::uint64_t whole_length(std::string_view bytes);

struct ChainLink {
  static constexpr std::uint64_t kOpenEnd = std::numeric_limits<std::uint64_t>::max();
  std::uint32_t number = 0;
  std::uint64_t limit = kOpenEnd;  ///< bytes that count; the last segment has no limit yet
  bool operator==(const ChainLink&) const = default;
};

/// A segment that a later one names as the one before it, and that is gone or has no valid first record.
struct LostSegment {
  std::uint32_t number = 0, named_by = 0;
};

/// The segments that count, in order: from the highest valid one back through what each names as the one before.
struct Chain {
  std::vector<ChainLink> links;
  std::vector<std::uint32_t> unbegun;  ///< without a valid first record, or overtaken before it was written
  std::vector<LostSegment> lost;
};
Chain read_chain(const std::filesystem::path& out);

/// Calls `take` for each whole record of the segments that count, in order, up to `end`.
void each_record(const std::filesystem::path& out, Position end,
                 const std::function<void(RecordType, std::string_view)>& take);

}  // namespace espalier::store
