#pragma once
// Makes the batches of an epoch or evaluation on the device from tables that say which images each holds.
#include <ATen/ATen.h>

#include <memory>
#include <optional>
#include <vector>

#include "espalier/data/subset.hpp"
#include "espalier/device/kernels.hpp"
#include "espalier/train/feature_shelf.hpp"

namespace espalier::train {

/// Where inputs come from: pixels of a pack, or features; neither: the host makes each batch.
struct Supply {
  std::optional<device::Images> images;
  network::Shape input;                  ///< of the network, with images
  const FeatureSet* features = nullptr;  ///< outlives what is fed
  at::Tensor table;                      ///< of the features
};

/// One row an image, batch after batch.
struct FeedRows {
  std::vector<std::int64_t> rows;  ///< of the pack, or slots of the features; empty where the host makes batches
  std::vector<data::Window> windows;
  std::vector<std::int64_t> labels;
};

class Feed {
 public:
  Feed(std::int64_t batch, at::Device device);

  std::int64_t batch() const { return batch_; }
  /// Inputs come from there now.
  void connect(const Supply& supply);
  /// The last batch is filled up with its last row. Rows that count are those given.
  void fill(FeedRows rows);
  /// The batch `place` is due.
  void go_to(std::int64_t place) { place_.fill_(place); }
  /// Of a batch that the host has made, before it is due.
  void stage(const at::Tensor& inputs);
  bool is_staged() const { return !supply_.images && !supply_.features; }

  // Of the batch that is due, its first `count` images. These can be recorded: they hold as long as version() does.
  at::Tensor inputs(std::int64_t count) const;
  at::Tensor labels(std::int64_t count) const;
  at::Tensor counted() const;  ///< [batch] float64: 1 for rows that count
  const at::Tensor& place() const { return place_; }
  void advance() { place_.add_(1); }

  std::int64_t version() const { return version_; }

 private:
  void make_room(std::int64_t batches);
  at::Tensor due(const at::Tensor& table) const { return table.index_select(0, place_).squeeze(0); }

  std::int64_t batch_;
  at::Device device_;
  Supply supply_;
  at::Tensor rows_, windows_, labels_, counted_;  ///< [batches, batch, ...]
  at::Tensor place_;                              ///< [1] int64
  at::Tensor staged_;                             ///< [batch, ...]
  std::int64_t version_ = 0;
};

}  // namespace espalier::train
