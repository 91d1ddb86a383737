// Turns a launch into the bytes of OUT/launch and back; refuses other versions before it looks at anything else.
#include "session/launch_bytes.hpp"

#include <fmt/format.h>

#include "espalier/core/errors.hpp"
#include "espalier/core/hash.hpp"
#include "espalier/frame/tagged.hpp"
#include "espalier/study/study_bytes.hpp"

namespace espalier::session {
namespace {

struct Header {
  std::uint32_t magic = kLaunchMagic, version = kLaunchVersion, size = 0, checksum = 0;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive & magic & version & size & checksum;
  }
};

/// What follows the header.
struct Payload {
  Launch launch;
  std::string study;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    using frame::stored;
    archive& stored<1>("launch", launch) & stored<2>("study", study);
  }
};

/// Of all that stands before it, and of the payload.
std::uint32_t checksum_of(const Header& header, std::string_view payload) {
  const std::string head = frame::to_bytes(header);
  return crc32c(bytes_of(payload), crc32c(bytes_of(std::string_view(head).substr(0, 12))));
}

}  // namespace

std::string encode_launch(const Launch& launch) {
  const std::string payload = frame::to_tagged(Payload{launch, study::to_bytes(launch.study)});
  Header header;
  header.size = static_cast<std::uint32_t>(payload.size());
  header.checksum = checksum_of(header, payload);
  return frame::to_bytes(header) + payload;
}

Launch decode_launch(std::string_view bytes) {
  if (bytes.size() < kLaunchHeaderBytes) throw CorruptionError("it ends within its header");
  const auto header = frame::from_bytes<Header>(bytes.substr(0, kLaunchHeaderBytes));
  const auto payload = bytes.substr(kLaunchHeaderBytes);
  if (header.magic != kLaunchMagic) throw CorruptionError("it does not begin as a launch file");
  if (header.version != kLaunchVersion) {
    throw frame::NewerFormatError(fmt::format(
        "another build of espalier wrote it: it has version {}, this one reads {}", header.version, kLaunchVersion));
  }
  if (header.size != payload.size()) {
    throw CorruptionError(fmt::format("it has {} bytes of fields, not {}", payload.size(), header.size));
  }
  if (header.checksum != checksum_of(header, payload)) throw CorruptionError("its checksum differs");
  auto fields = frame::from_tagged<Payload>(payload);
  fields.launch.study = study::from_bytes(fields.study);
  return std::move(fields.launch);
}

}  // namespace espalier::session
