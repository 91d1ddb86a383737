#pragma once
// The labels of images that may have several: a matrix [N, K] of bytes, one column a label.
#include <ATen/ATen.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace espalier::data {

/// What a byte of a matrix says of an image and a label. A difficult image is neither trained on nor measured for it.
inline constexpr std::uint8_t kNo = 0, kYes = 1, kDifficult = 255;

/// Whether these labels, of a pack or an image set, are of images that may have several: one row an image.
inline bool are_several(const at::Tensor& labels) { return labels.dim() == 2; }

struct LabelCounts {
  std::vector<std::int64_t> positives, difficult;  ///< images by label
};
/// Of a matrix [N, K] uint8.
LabelCounts label_counts(const at::Tensor& matrix);

/// Throws UsageError naming `source` where a byte is none of the three, or there is no label at all; next, where a
/// label is never 1, which cannot be learnt.
void check_matrix(const at::Tensor& matrix, const std::string& source);
void check_is_learnable(const at::Tensor& matrix, const std::vector<std::string>& names, const std::string& source);

/// A file of labels that names its images: a header "file" and the labels' names, then a line an image.
struct LabelTable {
  std::vector<std::string> files;  ///< of the images, in the order of the lines
  std::vector<std::string> names;  ///< of the labels
  at::Tensor matrix;               ///< [files, names] uint8
};
/// Reads comma-separated values, quoted or not: 0, 1 or "difficult". Throws UsageError naming file and line.
LabelTable read_label_table(const std::filesystem::path& file);

}  // namespace espalier::data
