#pragma once
// Metrics that need all scores or predictions of a set at once.
#include "espalier/train/training.hpp"
#include "train/evaluate.hpp"

namespace espalier::train {

/// Of an image set that was measured to its end.
struct Scored {
  Score score;
  metrics::Values values;  ///< of metrics that no Score sums up
  std::string remark;      ///< what a reader of the values should know; else empty
  bool several = false;    ///< its images may have several labels: no top-1 and no top-5
};

/// `labels` are those of the set, [images] int64 or [images, outputs] float32; `outputs` those of the network. A set of
/// which only a part was measured (in a smoke run) has the values of that part.
Scored scored(const Evaluation& evaluation, const at::Tensor& labels, std::int64_t outputs);

/// What was measured, as a row: loss and hits, or of several labels the loss, and the values.
metrics::Row row_of(const Scored& scored, metrics::Subset subset, const ImageSetId& set, task::Moment at);

}  // namespace espalier::train
