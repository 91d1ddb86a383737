#pragma once
// Sums of loss, hits and count over batches, and the metrics row made of them.
#include <ATen/ATen.h>

#include <cstdint>

#include "espalier/metrics/row.hpp"
#include "espalier/task/task.hpp"

namespace espalier::train {

/// Adds up exactly: counts are integers, losses are added in double in the order of the batches.
struct Score {
  double loss_sum = 0;
  std::int64_t top1 = 0, top5 = 0, count = 0;

  /// `logits` [n, classes] float32 on the CPU, `labels` [n] int64, `mean_loss` their mean cross-entropy.
  /// A label counts within top k if fewer than k classes score higher, or equal with a lower index; a NaN never does.
  void add(const at::Tensor& logits, const at::Tensor& labels, double mean_loss);
  void add(const Score& more);
  metrics::Row row(metrics::Subset subset, task::Moment at) const;
};

}  // namespace espalier::train
