#pragma once
// A packed data set: uint8 images and labels in one safetensors file, which is mapped, not read.
#include <ATen/ATen.h>

#include <filesystem>
#include <string>
#include <vector>

#include "espalier/core/problem.hpp"
#include "espalier/network/layer.hpp"
#include "espalier/task/image_set.hpp"

namespace espalier::data {

/// A packed data set: its images with their finest labels.
struct Pack {
  at::Tensor images;   ///< [N, C, H, W] uint8
  at::Tensor labels;   ///< [N] int32, indices into class_names; or [N, K] uint8 (label_matrix.hpp)
  std::string digest;  ///< SHA-256 over shape, pixels and labels in file order, and the origin of derived images
  std::vector<std::string> class_names;
  std::vector<float> mean, std;  ///< per channel, on pixels / 255
  task::LabelLevels levels;      ///< by name, for example "coarse"; not part of the digest
  std::vector<Problem> notes;    ///< of an import: what its user should know; not kept in the file
  /// Names of the files that the images are of, by their paths below the folder, each ended by a zero byte: [bytes]
  /// uint8. Undefined where there are none, or an earlier version made the pack; not part of the digest.
  at::Tensor files{};
  std::string origin{};  ///< digest of the imported pack whose images, row by row, these are made of; or ""

  /// What orders and divides the images of a class: derived images stand as those that they are made of.
  const std::string& order_key() const { return origin.empty() ? digest : origin; }

  network::Shape shape() const;
  std::vector<std::int64_t> class_counts() const;  ///< of images; of several labels an image, all for each
};

/// Throws UsageError naming the file and what is wrong with it. Labels are checked, pixels are not read: see
/// verify_pack.
Pack open_pack(const std::filesystem::path& file);

/// Throws CorruptionError unless the digest is that of the pixels and labels.
void verify_pack(const Pack& pack, const std::filesystem::path& file);

/// Fills digest, mean and std of a pack in memory. A channel that never varies gets std 1. Throws UsageError where a
/// label has no class or the shapes do not fit.
Pack make_pack(at::Tensor images, at::Tensor labels, std::vector<std::string> class_names, std::string origin = "");

/// Throws UsageError where a level does not give each of `classes` classes one of its own, or -1.
void check_levels(const task::LabelLevels& levels, std::size_t classes);

/// Pack::files of these names.
at::Tensor file_names(const std::vector<std::string>& names);

/// One safetensors file: `labels`, `images`, `files` where there are some, the rest as metadata. Bytes depend on
/// content only.
void write_pack(const std::filesystem::path& file, const Pack& pack);

/// Data digest -> pack file, as in protocol::Setup::packs.
using PackPaths = std::map<std::string, std::string>;

}  // namespace espalier::data
