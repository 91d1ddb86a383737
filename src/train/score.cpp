// Counts hits by the rank of each label, and sums losses in double.
#include "espalier/train/score.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "espalier/core/checks.hpp"
#include "espalier/data/label_matrix.hpp"

namespace espalier::train {

static_assert(std::none_of(metrics::kMetrics.begin(), metrics::kMetrics.end(),
                           [](const metrics::MetricFacts& facts) {
                             return facts.needs_scores && !facts.on_request && !facts.multi_label;
                           }),
              "a Score sums over batches; what needs all scores at once is measured by train/scored.cpp where asked");

namespace {

/// The number of classes that rank before `label`.
std::int64_t rank_of(const float* logits, std::int64_t classes, std::int64_t label) {
  const float own = logits[label];
  if (std::isnan(own)) return std::numeric_limits<std::int64_t>::max();
  std::int64_t before = 0;
  for (std::int64_t c = 0; c < classes; ++c) before += logits[c] > own || (logits[c] == own && c < label);
  return before;
}

}  // namespace

void Score::add(const at::Tensor& logits, const at::Tensor& labels, double mean_loss) {
  ESPALIER_EXPECT(logits.dim() == 2 && logits.size(0) == labels.size(0));
  if (data::are_several(labels)) {  // no label is the one that is right
    count += logits.size(0);
    loss_sum += mean_loss * static_cast<double>(logits.size(0));
    return;
  }
  ESPALIER_EXPECT(labels.dim() == 1);
  const at::Tensor dense = logits.contiguous();
  const auto* values = dense.const_data_ptr<float>();
  const auto* label = labels.const_data_ptr<std::int64_t>();
  const std::int64_t n = dense.size(0), classes = dense.size(1);
  for (std::int64_t i = 0; i < n; ++i) {
    const std::int64_t rank = rank_of(values + i * classes, classes, label[i]);
    for (std::size_t k = 0; k < hits.size(); ++k) hits[k] += rank < metrics::kHits[k].within;
  }
  count += n;
  loss_sum += mean_loss * static_cast<double>(n);
}

void Score::add(const Score& more) {
  loss_sum += more.loss_sum;
  for (std::size_t k = 0; k < hits.size(); ++k) hits[k] += more.hits[k];
  count += more.count;
}

metrics::Row Score::row(metrics::Subset subset, const ImageSetId& set, task::Moment at) const {
  metrics::Row row{at.epoch, at.step, subset, set, count, {}};
  row.values.set(metrics::Metric::loss, count ? loss_sum / static_cast<double>(count) : 0);
  for (std::size_t k = 0; k < hits.size(); ++k) {
    row.values.set(metrics::kHits[k].metric, static_cast<double>(hits[k]));
  }
  return row;
}

std::array<double, Score::kWords> Score::words() const {
  std::array<double, kWords> words{loss_sum};
  for (std::size_t k = 0; k < hits.size(); ++k) words[1 + k] = static_cast<double>(hits[k]);
  words.back() = static_cast<double>(count);
  return words;
}

Score Score::of_words(const double* words) {
  Score score;
  score.loss_sum = words[0];
  for (std::size_t k = 0; k < score.hits.size(); ++k) score.hits[k] = std::llround(words[1 + k]);
  score.count = std::llround(words[kWords - 1]);
  return score;
}

}  // namespace espalier::train
