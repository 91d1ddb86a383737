// Computes average precisions of kept scores, and the mean accuracy of classes of predictions.
#include "train/scored.hpp"

#include "espalier/data/label_matrix.hpp"
#include "espalier/metrics/average_precision.hpp"

namespace espalier::train {

using metrics::Metric;

namespace {

std::span<const float> floats(const at::Tensor& dense) {
  return {dense.const_data_ptr<float>(), static_cast<std::size_t>(dense.numel())};
}

void add_precisions(Scored& all, const at::Tensor& scores, const at::Tensor& labels) {
  const at::Tensor dense = scores.contiguous(), wanted = labels.slice(0, 0, scores.size(0)).contiguous();
  const auto found = metrics::mean_precisions(floats(dense), floats(wanted), dense.size(1));
  all.values.set(Metric::ap, found.mean.ap);
  all.values.set(Metric::ap_voc2010, found.mean.voc2010);
  all.values.set(Metric::ap_voc2007, found.mean.voc2007);
  if (found.no_positives == 0) return;
  all.remark = std::to_string(found.no_positives) + " of " + std::to_string(found.labels) +
               " labels have no positive image, and the means of average precision leave them out";
}

}  // namespace

Scored scored(const Evaluation& evaluation, const at::Tensor& labels, std::int64_t outputs) {
  Scored all{evaluation.score, {}, "", data::are_several(labels)};
  if (all.several) {
    add_precisions(all, evaluation.scores, labels);
  } else if (outputs > 0) {
    const at::Tensor wanted = labels.to(at::kLong).contiguous();
    const std::span right(wanted.const_data_ptr<std::int64_t>(), evaluation.labels.size());
    all.values.set(Metric::mean_class, metrics::mean_class_accuracy(evaluation.labels, right, outputs));
  }
  return all;
}

metrics::Row row_of(const Scored& scored, metrics::Subset subset, const ImageSetId& set, task::Moment at) {
  metrics::Row row = scored.score.row(subset, set, at);
  metrics::Values all = scored.values;
  for (const auto& facts : metrics::kMetrics) {
    const bool is_summed = !std::isnan(row.values.get(facts.metric));
    if (is_summed && !(scored.several && facts.adds == metrics::Adds::hits))
      all.set(facts.metric, row.values.get(facts.metric));
  }
  row.values = all;
  return row;
}

}  // namespace espalier::train
