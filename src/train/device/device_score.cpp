// Adds up losses, top-1 and top-5 hits by tensor operations, and notes the first loss that is not finite.
#include "train/device/device_score.hpp"

#include <c10/core/GradMode.h>

#include <cmath>
#include <limits>

#include "espalier/data/label_matrix.hpp"

namespace espalier::train {

namespace {

constexpr double kNone = std::numeric_limits<double>::infinity();

at::TensorOptions doubles(at::Device device) { return at::TensorOptions(at::kDouble).device(device); }

/// The rank of each label among the classes, [n] int64, counted as Score does.
at::Tensor ranks(const at::Tensor& logits, const at::Tensor& labels) {
  const at::Tensor label = labels.unsqueeze(1);
  const at::Tensor own = logits.gather(1, label);
  const at::Tensor lower = at::arange(logits.size(1), label.options()).unsqueeze(0).lt(label);
  const at::Tensor before = logits.gt(own).logical_or(logits.eq(own).logical_and(lower));
  return before.sum(1) + own.squeeze(1).isnan().to(at::kLong) * std::numeric_limits<std::int32_t>::max();
}

}  // namespace

DeviceScore::DeviceScore(at::Device device)
    : sums_(at::zeros({Score::kWords}, doubles(device))), non_finite_(at::full({2}, kNone, doubles(device))) {}

void DeviceScore::add_ranks(const at::Tensor& logits, const at::Tensor& labels, const at::Tensor& counted) {
  const at::Tensor rank = ranks(logits, labels);
  for (std::size_t k = 0; k < metrics::kHits.size(); ++k) {
    const at::Tensor right = rank.lt(metrics::kHits[k].within).to(at::kDouble);
    sums_[static_cast<std::int64_t>(1 + k)].add_((right * counted).sum());
  }
  sums_[static_cast<std::int64_t>(Score::kWords) - 1].add_(counted.sum());
}

void DeviceScore::add_step(const at::Tensor& logits, const at::Tensor& labels, const at::Tensor& loss,
                           const at::Tensor& index) {
  const c10::NoGradGuard no_grad;
  const at::Tensor value = loss.to(at::kDouble);
  sums_[0].add_(value * static_cast<double>(logits.size(0)));
  if (data::are_several(labels)) sums_[static_cast<std::int64_t>(Score::kWords) - 1].add_(logits.size(0));
  else add_ranks(logits, labels, at::ones({logits.size(0)}, sums_.options()));
  const at::Tensor now = at::stack({index.to(at::kDouble).squeeze(0), value});
  const at::Tensor is_first = value.isfinite().logical_not().logical_and(non_finite_[0].isinf());
  non_finite_.copy_(at::where(is_first, now, non_finite_));
}

void DeviceScore::add_counted(const at::Tensor& logits, const at::Tensor& labels, const at::Tensor& counted) {
  const c10::NoGradGuard no_grad;
  const at::Tensor losses = at::cross_entropy_loss(logits, labels, {}, at::Reduction::None).to(at::kDouble);
  sums_[0].add_(at::where(counted.gt(0), losses, at::zeros_like(losses)).sum());
  add_ranks(logits, labels, counted);
}

void DeviceScore::start(const Score& score) {
  const auto words = score.words();
  sums_.copy_(at::tensor(at::ArrayRef<double>(words.data(), words.size()), at::kDouble));
  non_finite_.fill_(kNone);
}

DeviceScore::Sums DeviceScore::take() {
  const at::Tensor sums = sums_.clone().cpu(), non_finite = non_finite_.clone().cpu();
  sums_.zero_();
  non_finite_.fill_(kNone);
  const auto* first = non_finite.const_data_ptr<double>();
  Sums taken{Score::of_words(sums.const_data_ptr<double>()), {}};
  if (std::isfinite(first[0])) taken.non_finite = {std::llround(first[0]), first[1]};
  return taken;
}

}  // namespace espalier::train
