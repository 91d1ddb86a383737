#pragma once
// Sums of loss, hits and count over batches, and the metrics row made of them.
#include <ATen/ATen.h>

#include <array>
#include <cstdint>

#include "espalier/metrics/row.hpp"
#include "espalier/task/task.hpp"

namespace espalier::train {

/// Sums are exact: counts are integers, and losses are added in double in the order of the batches.
struct Score {
  double loss_sum = 0;
  std::array<std::int64_t, metrics::kHitMetrics> hits{};  ///< images right, per metric of metrics::kHits
  std::int64_t count = 0;

  /// Adds `logits` [n, classes] float32 on the CPU and `labels` [n] int64, or several an image, with their mean loss. A
  /// label is a top-k hit if fewer than k classes score higher, or equal with a lower index; a NaN is never a hit.
  void add(const at::Tensor& logits, const at::Tensor& labels, double mean_loss);
  void add(const Score& more);
  /// `set`: the images that were measured; empty for the running score.
  metrics::Row row(metrics::Subset subset, const ImageSetId& set, task::Moment at) const;

  /// Loss, hits and count as numbers that add up over the members of a group and on a device; exact below 2^53.
  static constexpr std::size_t kWords = metrics::kHitMetrics + 2;
  std::array<double, kWords> words() const;
  static Score of_words(const double* words);
};

}  // namespace espalier::train
