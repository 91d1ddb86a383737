#pragma once
// One journal record as bytes: a header that tells damage from a torn tail, then the record's fields. docs/journal.md.
#include <cstdint>
#include <string>
#include <string_view>

namespace espalier::store {

inline constexpr std::uint32_t kRecordMagic = 0x4A505345;  ///< "ESPJ"
inline constexpr std::size_t kRecordHeaderBytes = 28;
inline constexpr std::uint32_t kMaxRecordBytes = 256u << 20;

/// Marks a format that is still being changed: no other build reads it.
inline constexpr std::uint16_t kUnreleased = 0x8000;
/// The journal's format. 1 was the format of frames (magic "ESPL"), whose fields had no numbers: it is refused.
inline constexpr std::uint16_t kJournalFormat = 2;

/// What the header says beside the payload's size and checksum.
struct RecordHead {
  std::uint16_t type = 0;
  std::uint16_t version = 1;  ///< of the record's fields; a reader refuses one newer than it knows
  std::uint64_t synced = 0;   ///< bytes of the segment that were synced before this record's group was begun
};

/// Appends header and payload. Throws Error where the payload exceeds kMaxRecordBytes.
void append_record(std::string& out, const RecordHead& head, std::string_view payload);
/// The same as bytes of their own.
std::string encode_record(const RecordHead& head, std::string_view payload);

/// What stands at the front of some bytes, without a copy.
struct RecordView {
  enum class State : std::uint8_t {
    whole,
    incomplete,      ///< the bytes end too early
    corrupt,         ///< `why` says what is wrong
    foreign_format,  ///< a record of another format of the journal, which `why` names
  } state = State::incomplete;
  RecordHead head;
  std::string_view payload;
  std::size_t bytes = 0;  ///< of header and payload
  std::string why;
};
RecordView view_record(std::string_view bytes);

/// Whether a whole record behind byte `from` of a segment says that more than `from` bytes had been synced before it:
/// what stands at `from` is damage then, and not what a writer left that was killed.
bool was_synced_beyond(std::string_view segment, std::uint64_t from);

}  // namespace espalier::store
