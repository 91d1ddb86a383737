#pragma once
// Makes the batches of an epoch or evaluation on the device from tables that say which images each holds.
#include <ATen/ATen.h>

#include <memory>
#include <optional>
#include <vector>

#include "espalier/data/batch_maker.hpp"
#include "espalier/device/kernels.hpp"
#include "espalier/train/feature_cache.hpp"

namespace espalier::train {

/// Where inputs come from: the pixels of a pack, or cached features; if neither is set, the host makes each batch.
struct BatchSource {
  std::optional<device::Images> images;
  network::Shape input;                  ///< the network's input shape, with images
  const FeatureSet* features = nullptr;  ///< must outlive the use of the batches
  at::Tensor table;                      ///< the features' table
};

/// One row per image, batch after batch.
struct BatchRows {
  std::vector<std::int64_t> rows;  ///< rows of the pack or slots of the features; empty if the host makes batches
  std::vector<data::Window> windows;
  std::vector<std::int64_t> labels;
  at::Tensor matrix{};  ///< of several labels an image, in place of `labels`: [images, outputs] float32
};

class DeviceBatches {
 public:
  DeviceBatches(std::int64_t batch, at::Device device);

  std::int64_t batch() const { return batch_; }
  /// Takes inputs from `source` from now on.
  void connect(const BatchSource& source);
  /// Fills the tables. The last batch is padded with its last row; only the given rows count.
  void fill(BatchRows rows);
  /// Makes batch `index` the one that is due.
  void go_to(std::int64_t index) { index_.fill_(index); }
  /// Copies a batch that the host has made to the device, before it is due.
  void stage(const at::Tensor& inputs);
  bool is_staged() const { return !source_.images && !source_.features; }

  // The first `count` images of the batch that is due. Recorded work with these stays valid while version() is the
  // same.
  at::Tensor inputs(std::int64_t count) const;
  at::Tensor labels(std::int64_t count) const;  ///< [count] int64, or of several labels [count, outputs] float32
  at::Tensor counted() const;                   ///< [batch] float64: 1 for rows that count
  const at::Tensor& index() const { return index_; }
  void advance() { index_.add_(1); }

  std::int64_t version() const { return version_; }
  /// Whether images have several labels.
  bool are_several() const { return labels_.defined() && labels_.dim() == 3; }

 private:
  void make_room(std::int64_t batches, std::int64_t outputs);
  at::Tensor due(const at::Tensor& table) const { return table.index_select(0, index_).squeeze(0); }

  std::int64_t batch_;
  at::Device device_;
  BatchSource source_;
  at::Tensor rows_, windows_, labels_, counted_;  ///< [batches, batch, ...]
  at::Tensor index_;                              ///< [1] int64
  at::Tensor staged_;                             ///< [batch, ...]
  std::int64_t version_ = 0;
};

}  // namespace espalier::train
