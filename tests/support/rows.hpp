#pragma once
// Rows of metrics with the three that every training has.
#include "espalier/task/evaluation_set.hpp"

namespace espalier::testing {

/// As a training with these images measures it: mean loss, and how many of `count` images were right.
inline metrics::Row measured_row(std::int32_t epoch, metrics::Subset subset, double loss, std::int64_t top1,
                                 std::int64_t top5, std::int64_t count, const task::SubsetSpec& images = {}) {
  metrics::Row row{epoch, 0, subset, task::evaluation_set(images, subset), count, {}};
  row.values.set(metrics::Metric::loss, loss);
  row.values.set(metrics::Metric::top1, static_cast<double>(top1));
  row.values.set(metrics::Metric::top5, static_cast<double>(top5));
  return row;
}

}  // namespace espalier::testing
