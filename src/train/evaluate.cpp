#include "train/evaluate.hpp"

#include <c10/core/GradMode.h>

#include <algorithm>

namespace espalier::train {

Evaluation evaluate(model::UnitNetwork& network, const data::BatchMaker& batches, const data::ImageSet& set,
                    const EvaluationLimits& limits) {
  const c10::NoGradGuard no_grad;
  const std::int64_t images = limits.images < 0 ? set.size() : std::min(limits.images, set.size());
  Evaluation result;
  for (std::int64_t first = 0; first < images && result.finished; first += kEvaluationBatch) {
    const std::int64_t n = std::min(kEvaluationBatch, images - first);
    const at::Tensor logits = network.eval_forward(batches.evaluation(set, first, n));
    const at::Tensor labels = set.labels.slice(0, first, first + n);
    result.score.add(logits, labels, at::cross_entropy_loss(logits, labels).item<float>());
    const at::Tensor best = logits.argmax(1).to(at::kInt).contiguous();
    const auto* values = best.const_data_ptr<std::int32_t>();
    result.labels.insert(result.labels.end(), values, values + n);
    result.finished = limits.go_on();
  }
  return result;
}

}  // namespace espalier::train
