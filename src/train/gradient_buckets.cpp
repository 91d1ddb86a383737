// Hooks trained tensors, fills buckets as gradients arrive, and begins their reductions in a fixed order.
#include "train/gradient_buckets.hpp"

#include <c10/core/GradMode.h>

#include <algorithm>

namespace espalier::train {

namespace {

/// The trained tensors in the order in which a backward pass reaches them.
std::vector<at::Tensor> trained_backwards(model::UnitNetwork& network) {
  std::vector<at::Tensor> all;
  for (std::int32_t u = 1; u <= network.depth(); ++u) {
    for (const auto& tensor : network.tensors(u)) {
      if (!tensor.is_buffer && tensor.value.requires_grad()) all.push_back(tensor.value);
    }
  }
  std::reverse(all.begin(), all.end());
  return all;
}

}  // namespace

GradientBuckets::GradientBuckets(model::UnitNetwork& network, model::Reducer& group) : group_(group) {
  std::vector<at::Tensor> next;
  std::int64_t bytes = 0;
  for (const auto& tensor : trained_backwards(network)) {
    const auto more = static_cast<std::int64_t>(tensor.nbytes());
    if (!next.empty() && bytes + more > kBucketBytes) {
      place(std::exchange(next, {}));
      bytes = 0;
    }
    next.push_back(tensor);
    bytes += more;
  }
  if (!next.empty()) place(std::move(next));
  for (std::size_t i = 0; i < slices_.size(); ++i) {
    slices_[i].hook = slices_[i].value.register_hook([this, i](const at::Tensor& gradient) { arrive(i, gradient); });
  }
}

GradientBuckets::~GradientBuckets() {
  for (const auto& slice : slices_) slice.value.remove_hook(slice.hook);
}

void GradientBuckets::place(std::vector<at::Tensor> tensors) {
  std::int64_t count = 0;
  for (const auto& tensor : tensors) count += tensor.numel();
  Bucket bucket{group_.buffer(count, at::kFloat), tensors.size(), tensors.size()};
  std::int64_t offset = 0;
  for (auto& tensor : tensors) {
    // Trained tensors are dense in some order of their dimensions, so a view with their strides fits a range of equal
    // size.
    const at::Tensor gradient = bucket.values.as_strided(tensor.sizes(), tensor.strides(), offset);
    offset += tensor.numel();
    slices_.push_back({std::move(tensor), gradient, buckets_.size(), 0, false});
  }
  buckets_.push_back(std::move(bucket));
}

void GradientBuckets::start() {
  begun_ = 0;
  for (auto& slice : slices_) {
    slice.arrived = false;
    slice.value.mutable_grad().reset();  // left over from a step not taken; a backward pass would add to it
  }
  for (auto& bucket : buckets_) bucket.missing = bucket.slices;
}

void GradientBuckets::arrive(std::size_t slice, const at::Tensor& gradient) {
  const c10::NoGradGuard no_grad;
  auto& [value, ours, bucket, hook, arrived] = slices_[slice];
  ours.copy_(gradient);
  if (std::exchange(arrived, true)) return;
  --buckets_[bucket].missing;
  begin_ready();
}

void GradientBuckets::begin_ready() {
  while (begun_ < buckets_.size() && buckets_[begun_].missing == 0) group_.begin(buckets_[begun_++].values);
}

void GradientBuckets::finish() {
  const c10::NoGradGuard no_grad;
  for (auto& slice : slices_) {
    if (slice.arrived) continue;
    slice.gradient.zero_();
    --buckets_[slice.bucket].missing;
  }
  begin_ready();
  group_.finish();
  for (auto& slice : slices_) slice.value.mutable_grad() = slice.gradient.to(slice.value.device());
}

}  // namespace espalier::train
