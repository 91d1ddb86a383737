#pragma once
// Reads single image files as a data set's images are read, for a network that was trained on it.
#include <ATen/ATen.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "espalier/task/image_formats.hpp"
#include "espalier/task/transforms.hpp"

namespace espalier::data {

/// How pictures are made alike.
struct ImageForm {
  std::int32_t resize = 0;                     ///< shorter side in pixels, then a centre crop; 0: as they are
  bool grey = false;                           ///< one channel in place of three
  std::int64_t max_pixels = task::kMaxPixels;  ///< a file with more is refused before it is decoded
};

/// [C, H, W] uint8, rows as the decoder left them. Throws std::runtime_error that says why a file is no image,
/// UsageError where it cannot be read, EnvironmentError where the machine is at fault.
at::Tensor load_image(const std::filesystem::path& file, const ImageForm& form);

/// The images of derived data: [N, C, H, W] uint8, each image transformed. Throws UsageError for a transform that draws
/// at random or takes other images, since those of a data set are keyed by their places in it.
at::Tensor transformed(const at::Tensor& images, const std::vector<task::TransformSpec>& transforms);

/// The files as they are, and in place of a folder all images in it, at any depth, in the order of folders and names.
/// Throws UsageError where a path is not there, or a folder holds no image.
std::vector<std::filesystem::path> image_files(const std::filesystem::path& file_or_folder);

}  // namespace espalier::data
