// Counts top-1 and top-5 hits by the rank of each label, and adds up losses in double.
#include "espalier/train/score.hpp"

#include <cmath>

#include "espalier/core/checks.hpp"

namespace espalier::train {

namespace {

/// The number of classes that rank before `label`.
std::int64_t rank_of(const float* logits, std::int64_t classes, std::int64_t label) {
  const float own = logits[label];
  if (std::isnan(own)) return classes + 5;
  std::int64_t before = 0;
  for (std::int64_t c = 0; c < classes; ++c) before += logits[c] > own || (logits[c] == own && c < label);
  return before;
}

}  // namespace

void Score::add(const at::Tensor& logits, const at::Tensor& labels, double mean_loss) {
  ESPALIER_EXPECT(logits.dim() == 2 && labels.dim() == 1 && logits.size(0) == labels.size(0));
  const at::Tensor dense = logits.contiguous();
  const auto* values = dense.const_data_ptr<float>();
  const auto* label = labels.const_data_ptr<std::int64_t>();
  const std::int64_t n = dense.size(0), classes = dense.size(1);
  for (std::int64_t i = 0; i < n; ++i) {
    const std::int64_t rank = rank_of(values + i * classes, classes, label[i]);
    top1 += rank < 1;
    top5 += rank < 5;
  }
  count += n;
  loss_sum += mean_loss * static_cast<double>(n);
}

void Score::add(const Score& more) {
  loss_sum += more.loss_sum;
  top1 += more.top1;
  top5 += more.top5;
  count += more.count;
}

metrics::Row Score::row(metrics::Subset subset, task::Moment at) const {
  const double loss = count ? loss_sum / static_cast<double>(count) : 0;
  return {at.epoch, at.step, subset, loss, top1, top5, count};
}

}  // namespace espalier::train
