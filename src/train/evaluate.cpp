// Evaluates batch by batch; in a group each member takes a share and all sum the results.
#include "train/evaluate.hpp"

#include <c10/core/GradMode.h>

#include <algorithm>
#include <cmath>

#include "espalier/task/timeline.hpp"

namespace espalier::train {

namespace {

/// Sums the members' parts, so that all of them hold the whole result.
void pool(Evaluation& result, model::Reducer& group) {
  const auto own = result.score.words();
  const at::Tensor words = group.sum(at::tensor(at::ArrayRef<double>(own.data(), own.size()), at::kDouble));
  result.score = Score::of_words(words.const_data_ptr<double>());
  const at::Tensor labels = group.sum(at::tensor(result.labels, at::kInt)).to(at::kInt);
  const auto* label = labels.const_data_ptr<std::int32_t>();
  result.labels.assign(label, label + labels.numel());
}

}  // namespace

Evaluation evaluate(const Predict& predict, Inputs& inputs, SetNumber number, const at::Tensor& labels,
                    const EvaluationLimits& limits, model::Reducer* group) {
  const c10::NoGradGuard no_grad;
  const std::int64_t images = limits.images < 0 ? labels.size(0) : std::min(limits.images, labels.size(0));
  const std::int64_t members = group ? group->size() : 1, rank = group ? group->rank() : 0;
  Evaluation result;
  result.labels.resize(static_cast<std::size_t>(images));
  for (std::int64_t first = 0; first < images && result.finished; first += task::kEvaluationBatch) {
    if (first / task::kEvaluationBatch % members != rank) continue;
    const std::int64_t n = std::min(task::kEvaluationBatch, images - first);
    const at::Tensor logits = predict(inputs.evaluation(number, first, n)).cpu();
    const at::Tensor wanted = labels.slice(0, first, first + n);
    result.score.add(logits, wanted, at::cross_entropy_loss(logits, wanted).item<float>());
    const at::Tensor best = logits.argmax(1).to(at::kInt).contiguous();
    std::copy_n(best.const_data_ptr<std::int32_t>(), n, result.labels.begin() + first);
    result.finished = limits.go_on();
  }
  if (group && result.finished) pool(result, *group);
  return result;
}

}  // namespace espalier::train
