// Computes losses by tensor operations that a device can record, and of a whole set in double on the host.
#include "train/losses.hpp"

#include <algorithm>
#include <cmath>

#include "espalier/core/checks.hpp"
#include "espalier/data/label_matrix.hpp"

namespace espalier::train {

at::Tensor summed_loss(const at::Tensor& logits, const at::Tensor& labels) {
  if (!data::are_several(labels)) return at::cross_entropy_loss(logits, labels, {}, at::Reduction::Sum);
  return at::binary_cross_entropy_with_logits(logits, labels.clamp_min(0), labels.ge(0).to(logits.scalar_type()), {},
                                              at::Reduction::Sum);
}

at::Tensor mean_loss(const at::Tensor& logits, const at::Tensor& labels) {
  if (!data::are_several(labels)) return at::cross_entropy_loss(logits, labels);
  return summed_loss(logits, labels) / labels.ge(0).sum().clamp_min(1);
}

at::Tensor greatest_probability(const at::Tensor& logits) {
  const at::Tensor values = logits.to(at::kFloat);
  return at::_softmax(values, 1, false).amax(1);
}

std::int64_t counted_labels(const at::Tensor& labels) {
  return std::max<std::int64_t>(1, labels.ge(0).sum().item<std::int64_t>());
}

Score score_of(const at::Tensor& scores, const at::Tensor& labels) {
  ESPALIER_EXPECT(scores.sizes() == labels.sizes());
  const at::Tensor dense = scores.contiguous(), wanted = labels.contiguous();
  const auto *score = dense.const_data_ptr<float>(), *label = wanted.const_data_ptr<float>();
  double sum = 0, counted = 0;
  for (std::int64_t i = 0; i < dense.numel(); ++i) {
    if (label[i] < 0) continue;
    const double x = score[i];
    sum += std::max(x, 0.0) - (label[i] > 0 ? x : 0.0) + std::log1p(std::exp(-std::abs(x)));
    if (std::isnan(x)) sum = x;
    ++counted;
  }
  Score whole;
  whole.count = dense.size(0);
  whole.loss_sum = counted > 0 ? sum / counted * static_cast<double>(whole.count) : 0;
  return whole;
}

}  // namespace espalier::train
