#pragma once
// What a folder of images holds: classes, counts, sizes and greys, before anything is packed.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "espalier/core/problem.hpp"

namespace espalier::data {

struct ImageSides {
  std::int64_t height = 0, width = 0;
};

struct FolderFacts {
  std::vector<std::string> classes;
  std::vector<std::int64_t> counts;
  std::vector<ImageSides> sides;  ///< of the images that were decoded, by their shorter side
  std::int64_t grey = 0;          ///< of those: all three channels are equal
  std::vector<Problem> notes;
};

/// Decodes at most `most` images, spread evenly over the folder. Throws UsageError as reading the folder does, and
/// where an image cannot be decoded.
FolderFacts look_at_folder(const std::filesystem::path& folder, std::size_t most);

}  // namespace espalier::data
