#pragma once
// Selects from a pack the images of one set, with the outputs the network is to give for them.
#include <memory>
#include <string>
#include <vector>

#include "espalier/data/pack.hpp"
#include "espalier/task/image_set.hpp"

namespace espalier::data {

/// Row indices into a pack, and the outputs that the network is to give.
struct ImageSet {
  at::Tensor images;  ///< [N, C, H, W] uint8 of the whole pack (shared)
  std::vector<std::int64_t> rows;
  at::Tensor labels;   ///< [rows] int64; or, of several an image, [rows, outputs] float32: 1, 0; -1: not counted
  std::string data{};  ///< digest of the pack
  std::int64_t size() const { return static_cast<std::int64_t>(rows.size()); }
};

/// Takes the steps of PartitionSpec within each finest class (images of several labels are one), joins the classes of
/// an output, and draws the sample. A class's order depends on the pack and the class only, so parts do not depend on
/// labels, and larger samples contain smaller ones. Rows are listed output by output. Throws UsageError where the pack
/// is not known, a class does not exist or the partition is impossible; EnvironmentError where the pack's file is gone.
ImageSet select(const task::ImageSetSpec& spec, const task::LabelMap& labels, const PackPaths& packs);

/// All images of `parts`, one after another; those of part i have label i. `data` names the whole. Throws UsageError
/// where their shapes differ.
ImageSet joined(const std::vector<std::shared_ptr<const ImageSet>>& parts, const std::string& data);

}  // namespace espalier::data
