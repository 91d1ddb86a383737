// Writes and parses frames: header, CRC-32C and payload.
#include "espalier/frame/frame.hpp"

#include <cstring>

namespace espalier::frame {

namespace {

std::uint32_t checksum(std::uint16_t type, std::string_view payload) {
  Writer head;
  head & type & static_cast<std::uint64_t>(payload.size());
  const std::uint32_t head_crc = crc32c(bytes_of(head.bytes()));
  return head_crc ^ crc32c(bytes_of(payload));
}

View corrupt(std::string why) { return {Peek::State::corrupt, 0, {}, 0, std::move(why)}; }

}  // namespace

std::string encode(std::uint16_t type, std::string_view payload) {
  if (payload.size() > kMaxPayload) throw Error("a frame of " + std::to_string(payload.size()) + " bytes is too large");
  Writer writer;
  writer & kMagic & kVersion & type & static_cast<std::uint64_t>(payload.size()) & checksum(type, payload);
  std::string bytes = writer.take();
  bytes.append(payload);
  return bytes;
}

View view(std::string_view bytes) {
  if (bytes.size() < kHeaderBytes) return {};
  Reader reader(bytes.substr(0, kHeaderBytes));
  std::uint32_t magic = 0, crc = 0;
  std::uint16_t version = 0, type = 0;
  std::uint64_t size = 0;
  reader & magic & version & type & size & crc;
  if (magic != kMagic) return corrupt("bad magic");
  if (version != kVersion) return corrupt("frame version " + std::to_string(version) + " is not ours");
  if (size > kMaxPayload) return corrupt("impossible size");
  if (bytes.size() - kHeaderBytes < size) return {};
  const auto payload = bytes.substr(kHeaderBytes, size);
  if (checksum(type, payload) != crc) return corrupt("checksum differs");
  return {Peek::State::whole, type, payload, kHeaderBytes + size, ""};
}

Peek peek(std::string_view bytes) {
  View front = view(bytes);
  return {front.state, {front.type, std::string(front.payload)}, front.bytes, std::move(front.why)};
}

std::optional<Frame> take(std::string& buffer) {
  Peek front = peek(buffer);
  if (front.state == Peek::State::incomplete) return std::nullopt;
  if (front.state == Peek::State::corrupt) throw CorruptionError("a frame is damaged", front.why, "");
  buffer.erase(0, front.bytes);
  return std::move(front.frame);
}

}  // namespace espalier::frame
