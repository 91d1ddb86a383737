// Finds a pack by its digest among the facts of a study, and cuts an image out of it.
#include "cli/pack_pictures.hpp"

#include <algorithm>

#include "espalier/core/errors.hpp"
#include "espalier/report/thumbnail.hpp"

namespace espalier::cli {
namespace {

constexpr std::int64_t kSide = 48;  // pixels of a thumbnail

const safetensors::HeaderEntry* entry(const safetensors::Parts& parts, const std::string& name,
                                      std::size_t dimensions) {
  for (const auto& one : parts.header.entries) {
    if (one.name == name && one.dtype == "U8" && one.shape.size() == dimensions) return &one;
  }
  return nullptr;
}

/// The path at which the launch found the pack; "" where no data set of the study has this digest.
std::string path_of(const plan::Facts& facts, const std::string& digest) {
  for (const auto& [name, data] : facts.data) {
    if (data.digest == digest) return data.pack_path;
    if (data.test_digest == digest) return data.test_pack_path;
  }
  return "";
}

/// Names that each end with a zero byte.
std::vector<std::string> names_in(std::string_view bytes) {
  std::vector<std::string> names;
  for (std::size_t at = 0; at < bytes.size();) {
    const auto end = std::min(bytes.find('\0', at), bytes.size());
    names.emplace_back(bytes.substr(at, end - at));
    at = end + 1;
  }
  return names;
}

std::string thumbnail_png(const safetensors::Parts& parts, const safetensors::HeaderEntry& images, std::int64_t row) {
  const auto& shape = images.shape;
  const auto size = static_cast<std::size_t>(shape[1] * shape[2] * shape[3]);
  if (row < 0 || row >= shape[0] || size == 0) return "";
  const auto bytes = parts.bytes(images).substr(static_cast<std::size_t>(row) * size, size);
  const report::Picture picture{shape[1], shape[2], shape[3], {bytes.begin(), bytes.end()}};
  return report::png_of(report::shrunk(picture, kSide));
}

}  // namespace

const PackPictures::Opened* PackPictures::opened(const report::Directory& directory, const std::string& data) {
  const auto [place, is_new] = packs_.try_emplace(data);
  auto& pack = place->second;
  const auto path = is_new ? path_of(directory.state.study.facts, data) : "";
  if (!path.empty()) {
    try {
      pack.file = os::MappedFile(path);
      pack.parts = safetensors::parts_of(pack.file.text());
      if (const auto* names = entry(pack.parts, "files", 1)) pack.names = names_in(pack.parts.bytes(*names));
    } catch (const Error&) {
      pack = {};
    } catch (const safetensors::Refused&) {
      pack = {};
    }
  }
  return pack.parts.header.entries.empty() ? nullptr : &pack;
}

report::Thumbnail PackPictures::find(const report::Directory& directory, const std::string& data, std::int64_t row) {
  const auto* pack = opened(directory, data);
  if (!pack) return {};
  report::Thumbnail found;
  if (row >= 0 && static_cast<std::size_t>(row) < pack->names.size())
    found.file = pack->names[static_cast<std::size_t>(row)];
  if (const auto* images = entry(pack->parts, "images", 4)) found.png = thumbnail_png(pack->parts, *images, row);
  return found;
}

}  // namespace espalier::cli
