#include "train/evaluate.hpp"

#include <c10/core/GradMode.h>

#include <algorithm>

namespace espalier::train {

Evaluation evaluate(const Predict& predict, Inputs& inputs, Part part, const at::Tensor& labels,
                    const EvaluationLimits& limits) {
  const c10::NoGradGuard no_grad;
  const std::int64_t images = limits.images < 0 ? labels.size(0) : std::min(limits.images, labels.size(0));
  Evaluation result;
  for (std::int64_t first = 0; first < images && result.finished; first += kEvaluationBatch) {
    const std::int64_t n = std::min(kEvaluationBatch, images - first);
    const at::Tensor logits = predict(inputs.evaluation(part, first, n));
    const at::Tensor wanted = labels.slice(0, first, first + n);
    result.score.add(logits, wanted, at::cross_entropy_loss(logits, wanted).item<float>());
    const at::Tensor best = logits.argmax(1).to(at::kInt).contiguous();
    const auto* values = best.const_data_ptr<std::int32_t>();
    result.labels.insert(result.labels.end(), values, values + n);
    result.finished = limits.go_on();
  }
  return result;
}

}  // namespace espalier::train
