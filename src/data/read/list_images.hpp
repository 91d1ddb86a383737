#pragma once
// Finds the images of a folder with a folder for each class, and counts what is passed over.
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "espalier/core/problem.hpp"

namespace espalier::data {

struct ImageFile {
  std::filesystem::path path;
  std::int32_t label;
};

/// The files below the class folders that are read as images, class by class.
struct ImageFiles {
  std::vector<ImageFile> images;
  std::vector<std::string> classes;           ///< the class folders' names, sorted, or those that were given
  std::vector<std::string> empty;             ///< class folders without an image
  std::map<std::string, std::size_t> others;  ///< files that are not read, by ending
  std::vector<std::string> hidden_folders;    ///< beside the class folders
  std::size_t hidden = 0;                     ///< files whose name, or a folder's around them, begins with a dot
  std::size_t beside = 0;                     ///< images that stand in no class folder
  std::vector<Problem> notes() const;         ///< what the user should know of all but the images
};

/// The images of a folder at any depth, as paths below it; hidden ones are passed over. Throws UsageError where there
/// is none.
std::vector<std::filesystem::path> images_below(const std::filesystem::path& folder);

/// Images lie at any depth below their class's folder, as torchvision's ImageFolder finds them. If `classes` is given,
/// labels follow it. Throws UsageError where there is no class folder, one that `classes` lacks, or no image at all.
ImageFiles list_images(const std::filesystem::path& folder, const std::vector<std::string>& classes);

}  // namespace espalier::data
