// Encodes and decodes the frames of journal records, and finds proof of damage behind a bad one.
#include "store/record_frame.hpp"

#include <array>
#include <cstring>

#include "espalier/core/errors.hpp"
#include "espalier/core/hash.hpp"

namespace espalier::store {

namespace {

constexpr std::uint32_t kFormatOneMagic = 0x4C505345;  // "ESPL"
constexpr std::size_t kChecksumAt = 24;

template <class T>
T load(std::string_view bytes, std::size_t at) {
  T value{};
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

template <class T>
void put(std::array<char, kRecordHeaderBytes>& header, std::size_t at, T value) {
  std::memcpy(header.data() + at, &value, sizeof value);
}

/// Of the header up to the checksum, and the payload behind it.
std::uint32_t checksum(std::string_view header, std::string_view payload) {
  return crc32c(bytes_of(payload), crc32c(bytes_of(header.substr(0, kChecksumAt))));
}

RecordView failed(RecordView::State state, std::string why) {
  RecordView view;
  view.state = state;
  view.why = std::move(why);
  return view;
}

std::string name_of_format(std::uint16_t format) {
  return std::to_string(format & ~kUnreleased) + (format & kUnreleased ? " (unreleased)" : "");
}

}  // namespace

void append_record(std::string& out, const RecordHead& head, std::string_view payload) {
  if (payload.size() > kMaxRecordBytes) {
    throw Error("a journal record of " + std::to_string(payload.size()) + " bytes is too large");
  }
  std::array<char, kRecordHeaderBytes> header{};
  put(header, 0, kRecordMagic);
  put(header, 4, kJournalFormat);
  put(header, 6, head.type);
  put(header, 8, head.version);
  put(header, 12, static_cast<std::uint32_t>(payload.size()));
  put(header, 16, head.synced);
  put(header, kChecksumAt, checksum({header.data(), header.size()}, payload));
  out.append(header.data(), header.size()).append(payload);
}

std::string encode_record(const RecordHead& head, std::string_view payload) {
  std::string out;
  append_record(out, head, payload);
  return out;
}

RecordView view_record(std::string_view bytes) {
  using State = RecordView::State;
  if (bytes.size() >= 6) {
    const auto magic = load<std::uint32_t>(bytes, 0);
    const auto format = load<std::uint16_t>(bytes, 4);
    if (magic == kFormatOneMagic) return failed(State::foreign_format, "1");
    if (magic == kRecordMagic && format != kJournalFormat) return failed(State::foreign_format, name_of_format(format));
    if (magic != kRecordMagic) return failed(State::corrupt, "bad magic");
  }
  if (bytes.size() < kRecordHeaderBytes) return {};
  const auto size = load<std::uint32_t>(bytes, 12);
  if (size > kMaxRecordBytes) return failed(State::corrupt, "impossible size");
  if (bytes.size() - kRecordHeaderBytes < size) return {};
  RecordView view;
  view.head = {load<std::uint16_t>(bytes, 6), load<std::uint16_t>(bytes, 8), load<std::uint64_t>(bytes, 16)};
  view.payload = bytes.substr(kRecordHeaderBytes, size);
  if (checksum(bytes, view.payload) != load<std::uint32_t>(bytes, kChecksumAt)) {
    return failed(State::corrupt, "checksum differs");
  }
  view.state = State::whole;
  view.bytes = kRecordHeaderBytes + size;
  return view;
}

bool was_synced_beyond(std::string_view segment, std::uint64_t from) {
  const std::string_view magic(reinterpret_cast<const char*>(&kRecordMagic), sizeof kRecordMagic);
  for (std::size_t at = segment.find(magic, from); at != std::string_view::npos; at = segment.find(magic, at + 1)) {
    const RecordView view = view_record(segment.substr(at));
    if (view.state == RecordView::State::whole && view.head.synced > from) return true;
  }
  return false;
}

}  // namespace espalier::store
