#pragma once
// Imports raw images of any supported format into a pack in memory.
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "espalier/core/errors.hpp"
#include "espalier/data/pack.hpp"
#include "espalier/task/image_formats.hpp"

namespace espalier::data {

/// An error in the user's images, with its three parts kept apart because `data resolve` reports them separately.
class DataProblem : public UsageError {
 public:
  DataProblem(std::string what_is_wrong, std::string reason, std::string advice)
      : UsageError(what_is_wrong, reason, advice),
        problem(std::move(what_is_wrong)),
        why(std::move(reason)),
        suggestion(std::move(advice)) {}
  std::string problem, why, suggestion;
};

/// Throws DataProblem for an unknown name.
task::ImageFormat format_named(const std::string& name);

struct ImportSpec {
  task::ImageFormat format = task::ImageFormat::idx;
  std::vector<std::string> images;  ///< one path or some, as the format says
  std::string labels;               ///< idx
  std::int32_t resize = 0;          ///< folder: shorter side, then centre crop; 0: images have one size already
  bool grey = false;                ///< folder
  std::map<std::string, std::int64_t> made;
  std::vector<std::string>
      class_names;  ///< test images: the classes of the training images, in their order; else empty
};

/// Paths in `spec` are relative to `root`. Throws DataProblem naming the file and what is wrong with it.
Pack import_images(const ImportSpec& spec, const std::filesystem::path& root);

}  // namespace espalier::data
