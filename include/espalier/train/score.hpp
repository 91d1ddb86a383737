#pragma once
// Sums of loss, hits and count over batches, and the metrics row made of them.
#include <ATen/ATen.h>

#include <cstdint>

#include "espalier/metrics/row.hpp"
#include "espalier/task/task.hpp"

namespace espalier::train {

/// Sums are exact: counts are integers, and losses are added in double in the order of the batches.
struct Score {
  double loss_sum = 0;
  std::int64_t top1 = 0, top5 = 0, count = 0;

  /// Adds `logits` [n, classes] float32 on the CPU and `labels` [n] int64 with their mean cross-entropy `mean_loss`. A
  /// label is a top-k hit if fewer than k classes score higher, or equal with a lower index; a NaN is never a hit.
  void add(const at::Tensor& logits, const at::Tensor& labels, double mean_loss);
  void add(const Score& more);
  metrics::Row row(metrics::Subset subset, task::Moment at) const;
};

}  // namespace espalier::train
