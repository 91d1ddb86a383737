#pragma once
// Collects gradients in buckets that a group reduces while the backward pass goes on.
#include <vector>

#include "espalier/model/unit_network.hpp"

namespace espalier::train {

/// A bucket takes tensors in backward order up to this size; a larger tensor has a bucket of its own.
inline constexpr std::int64_t kBucketBytes = std::int64_t{1} << 20;

class GradientBuckets {
 public:
  /// Makes buckets for the tensors of `network` that require gradients, last unit first. Both must outlive it.
  GradientBuckets(model::UnitNetwork& network, model::Reducer& group);
  GradientBuckets(const GradientBuckets&) = delete;
  GradientBuckets& operator=(const GradientBuckets&) = delete;
  ~GradientBuckets();

  /// Call before a backward pass: marks all gradients as missing.
  void start();
  /// Call after the backward pass: begins the remaining buckets (a tensor without a gradient counts as zeros), waits
  /// for all reductions, and puts the sums where the optimiser expects gradients.
  void finish();

  std::size_t count() const { return buckets_.size(); }

 private:
  struct Slice {
    at::Tensor value;     ///< the trained tensor
    at::Tensor gradient;  ///< its part of the bucket, with its strides
    std::size_t bucket = 0;
    unsigned hook = 0;
    bool arrived = false;
  };
  struct Bucket {
    at::Tensor values;
    std::size_t missing = 0, slices = 0;
  };
  void place(std::vector<at::Tensor> tensors);
  void arrive(std::size_t slice, const at::Tensor& gradient);
  void begin_ready();

  model::Reducer& group_;
  std::vector<Slice> slices_;
  std::vector<Bucket> buckets_;
  std::size_t begun_ = 0;  ///< buckets begin in the same order on all members
};

}  // namespace espalier::train
