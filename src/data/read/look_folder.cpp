// Decodes a sample of a folder's images for their sizes and greys, and counts the images of each class.
#include "data/read/look_folder.hpp"

#include <algorithm>

#include "data/decode/decode_image.hpp"
#include "data/read/list_images.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/os/mapped_file.hpp"
#include "espalier/task/image_formats.hpp"

namespace espalier::data {
namespace {

namespace fs = std::filesystem;

/// [H, W, 3]: whether all pixels have three equal values.
bool is_grey(const at::Tensor& image) {
  const auto* at = image.const_data_ptr<std::uint8_t>();
  const auto* const end = at + image.numel();
  for (; at != end; at += 3) {
    if (at[0] != at[1] || at[1] != at[2]) return false;
  }
  return true;
}

at::Tensor decoded(const fs::path& path) {
  try {
    return decode_image(os::MappedFile(path, os::NamedBy::user).bytes(), task::kMaxPixels).contiguous();
  } catch (const Undecodable& error) {
    throw UsageError("cannot decode the image '" + path.string() + "'", error.what(), "Replace or remove it.");
  }
}

std::int64_t shorter(const ImageSides& sides) { return std::min(sides.height, sides.width); }

}  // namespace

FolderFacts look_at_folder(const fs::path& folder, std::size_t most) {
  const ImageFiles found = list_images(folder, {});
  FolderFacts facts{found.classes, std::vector<std::int64_t>(found.classes.size()), {}, 0, found.notes()};
  for (const auto& image : found.images) ++facts.counts.at(static_cast<std::size_t>(image.label));
  const std::size_t count = std::min(most, found.images.size());
  for (std::size_t i = 0; i < count; ++i) {
    const at::Tensor image = decoded(found.images[i * found.images.size() / count].path);
    facts.sides.push_back({image.size(0), image.size(1)});
    facts.grey += is_grey(image);
  }
  std::stable_sort(facts.sides.begin(), facts.sides.end(),
                   [](const auto& a, const auto& b) { return shorter(a) < shorter(b); });
  return facts;
}

}  // namespace espalier::data
