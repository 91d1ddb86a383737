#pragma once
// One reader per format, which gives decoded pixels, labels and class names in file order.
#include <filesystem>
#include <string>
#include <vector>

#include "espalier/data/import.hpp"

namespace espalier::data {

struct RawImages {
  at::Tensor images;  ///< [N, C, H, W] uint8
  std::vector<std::int32_t> labels;
  at::Tensor matrix{};  ///< [N, K] uint8 of images with several labels, in place of `labels`
  std::vector<std::string> class_names;
  task::LabelLevels levels;
  std::vector<std::string> files{};  ///< folder: by image, its path below the folder
  std::vector<Problem> notes{};      ///< what the user should know, and nothing has to stop for
};

/// With `multi_label` the labels are a matrix, N,K of unsigned bytes.
RawImages read_idx(const std::filesystem::path& images, const std::filesystem::path& labels, bool multi_label = false);
/// Labels are the fine ones; CIFAR-100 has the level "coarse". Throws UsageError where two records of one fine class
/// have different coarse ones.
RawImages read_cifar(const std::vector<std::filesystem::path>& files);
/// With `class_names` the sub-folders must be among them; without, the sub-folders in sorted order are the classes.
RawImages read_folder(const std::filesystem::path& folder, const ImportSpec& spec);
/// The images of a folder, at any depth, in the order of the table that gives their labels. Throws UsageError where the
/// table names an image that is not there, or the folder has one that it does not name.
RawImages read_labelled_folder(const std::filesystem::path& folder, const std::filesystem::path& table,
                               const ImportSpec& spec);
RawImages make_images(const std::map<std::string, std::int64_t>& parameters);

/// "0", "1", ... up to the greatest label. Throws UsageError where a label is negative, or beyond
/// both 65,535 and the number of labels.
std::vector<std::string> numbered_classes(const std::vector<std::int32_t>& labels, const std::filesystem::path& file);

}  // namespace espalier::data
