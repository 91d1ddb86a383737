#pragma once
// Names the images that an evaluation measures, and the one rule for what the result of a training is.
#include <utility>

#include "espalier/metrics/row.hpp"
#include "espalier/task/task.hpp"

namespace espalier::task {

/// Digest of the images and labels that `subset` stands for: equal for two trainings that are measured on the same
/// images. Empty for the running score of training, which is no evaluation.
ImageSetId evaluation_set(const SubsetSpec& images, metrics::Subset subset);

/// The result of a training on one image set: its last row there, in the order of moments; null where there is none.
/// `row_of` gives the metrics::Row of an item of `rows`.
template <class Rows, class RowOf>
const metrics::Row* result_at(const Rows& rows, metrics::Subset subset, const ImageSetId& set, RowOf row_of) {
  const metrics::Row* last = nullptr;
  for (const auto& item : rows) {
    const metrics::Row& row = row_of(item);
    if (row.subset != subset || row.set != set) continue;
    if (!last || std::pair(row.epoch, row.step) >= std::pair(last->epoch, last->step)) last = &row;
  }
  return last;
}

}  // namespace espalier::task
