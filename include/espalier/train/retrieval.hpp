#pragma once
// Looks images up among others by the cosine of their features, and scores what is found by class.
#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

namespace espalier::train {

/// Images to find, as a network sees them.
class Gallery {
 public:
  /// `features` [images, features] float32, `labels` [images] int64, on the CPU. The first `depth` found images count.
  Gallery(const at::Tensor& features, const at::Tensor& labels, std::int64_t depth);

  /// The average precision of each query: its images are ranked by cosine, equal ones in the gallery's order, and
  /// precisions at relevant ranks up to `depth` are summed and divided by the lesser of `depth` and the number of
  /// relevant images, which are those of the query's label. NaN for a query without any. Features that are all 0 have
  /// cosine 0 with everything. `features` [queries, features] float32, `labels` [queries] int64, on the CPU.
  std::vector<double> average_precisions(const at::Tensor& features, const at::Tensor& labels) const;

 private:
  at::Tensor directions_;  ///< [images, features] float64, of length 1
  std::vector<std::int64_t> labels_;
  std::vector<std::int64_t> counts_;  ///< images by label
  std::int64_t depth_;
};

}  // namespace espalier::train
