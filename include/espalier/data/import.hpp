#pragma once
// Imports raw images of any supported format into a pack in memory.
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "espalier/data/pack.hpp"
#include "espalier/task/image_formats.hpp"

namespace espalier::data {

/// Throws UsageError for an unknown name.
task::ImageFormat format_named(const std::string& name);

struct ImportSpec {
  task::ImageFormat format = task::ImageFormat::idx;
  std::vector<std::string> images;             ///< one path or some, as the format says
  std::string labels;                          ///< idx; of several labels folder, too
  bool multi_label = false;                    ///< idx, folder: a matrix of labels
  std::int32_t resize = 0;                     ///< shorter side, then centre crop; 0: images have one size already
  bool grey = false;                           ///< folder
  bool rgb = false;                            ///< idx: grey images get three equal channels
  std::int64_t max_pixels = task::kMaxPixels;  ///< folder: images with more are refused
  std::int64_t most = 0;                       ///< folder: so many images at most, spread evenly; 0: all
  std::map<std::string, std::int64_t> made;
  std::vector<std::string>
      class_names;  ///< test images: the classes of the training images, in their order; else empty
};

/// Paths in `spec` are relative to `root`. Throws UsageError naming the file and what is wrong with it.
Pack import_images(const ImportSpec& spec, const std::filesystem::path& root);

}  // namespace espalier::data
