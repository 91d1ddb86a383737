#pragma once
// Collects gradients in buckets that a group reduces while the backward pass goes on.
#include <vector>

#include "espalier/model/unit_network.hpp"

namespace espalier::train {

/// A bucket takes what comes next in the backward pass until it holds so much; a larger tensor has one to itself.
inline constexpr std::int64_t kBucketBytes = std::int64_t{1} << 20;

class GradientBuckets {
 public:
  /// Of the tensors of `network` that require gradients, last unit first. Both must outlive it.
  GradientBuckets(model::UnitNetwork& network, model::Reducer& group);
  GradientBuckets(const GradientBuckets&) = delete;
  GradientBuckets& operator=(const GradientBuckets&) = delete;
  ~GradientBuckets();

  /// Before a backward pass: nothing has arrived.
  void start();
  /// After it: begins what is left (a tensor that no gradient came for counts as zeros), waits for all that the group
  /// has begun, and puts the sums where the optimiser looks for gradients.
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
  std::size_t begun_ = 0;  ///< buckets begin in their order on all members, whatever arrives first
};

}  // namespace espalier::train
