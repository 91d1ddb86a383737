// Evaluates batch by batch; in a group each member takes a share and all sum the results.
#include "train/evaluate.hpp"

#include <c10/core/GradMode.h>

#include <algorithm>
#include <cmath>

#include "espalier/data/label_matrix.hpp"
#include "espalier/task/timeline.hpp"
#include "train/losses.hpp"

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
  const at::Tensor probability = group.sum(at::tensor(result.probability, at::kFloat)).to(at::kFloat).contiguous();
  const auto* first = probability.const_data_ptr<float>();
  result.probability.assign(first, first + probability.numel());
}

/// Each image's scores are one member's, and 0 at the others; sums of pieces, so that no message is too long.
void pool_scores(at::Tensor& scores, model::Reducer& group) {
  constexpr std::int64_t kPiece = 1 << 16;
  at::Tensor flat = scores.view({-1});
  for (std::int64_t first = 0; first < flat.numel(); first += kPiece) {
    at::Tensor piece = flat.slice(0, first, std::min(first + kPiece, flat.numel()));
    piece.copy_(group.sum(piece));
  }
}

/// Of images with several labels: the scores of all of them first, then the score.
Evaluation evaluate_several(const Predict& predict, Inputs& inputs, SetNumber number, const at::Tensor& labels,
                            const EvaluationLimits& limits, model::Reducer* group) {
  const std::int64_t images = labels.size(0), members = group ? group->size() : 1, rank = group ? group->rank() : 0;
  Evaluation result;
  result.scores = at::zeros({images, labels.size(1)}, at::kFloat);
  for (std::int64_t first = 0; first < images && result.finished; first += task::kEvaluationBatch) {
    if (first / task::kEvaluationBatch % members != rank) continue;
    const std::int64_t n = std::min(task::kEvaluationBatch, images - first);
    result.scores.slice(0, first, first + n).copy_(predict(inputs.evaluation(number, first, n)));
    result.finished = limits.go_on();
  }
  if (!result.finished) return result;
  if (group) pool_scores(result.scores, *group);
  result.score = score_of(result.scores, labels);
  return result;
}

}  // namespace

Evaluation evaluate(const Predict& predict, Inputs& inputs, SetNumber number, const at::Tensor& labels,
                    const EvaluationLimits& limits, model::Reducer* group) {
  const c10::NoGradGuard no_grad;
  const std::int64_t images = limits.images < 0 ? labels.size(0) : std::min(limits.images, labels.size(0));
  if (data::are_several(labels))
    return evaluate_several(predict, inputs, number, labels.slice(0, 0, images), limits, group);
  const std::int64_t members = group ? group->size() : 1, rank = group ? group->rank() : 0;
  Evaluation result;
  result.labels.resize(static_cast<std::size_t>(images));
  result.probability.resize(result.labels.size());
  for (std::int64_t first = 0; first < images && result.finished; first += task::kEvaluationBatch) {
    if (first / task::kEvaluationBatch % members != rank) continue;
    const std::int64_t n = std::min(task::kEvaluationBatch, images - first);
    const at::Tensor logits = predict(inputs.evaluation(number, first, n)).cpu();
    const at::Tensor wanted = labels.slice(0, first, first + n);
    result.score.add(logits, wanted, at::cross_entropy_loss(logits, wanted).item<float>());
    const at::Tensor best = logits.argmax(1).to(at::kInt).contiguous();
    std::copy_n(best.const_data_ptr<std::int32_t>(), n, result.labels.begin() + first);
    const at::Tensor probability = greatest_probability(logits).contiguous();
    std::copy_n(probability.const_data_ptr<float>(), n, result.probability.begin() + first);
    result.finished = limits.go_on();
  }
  if (group && result.finished) pool(result, *group);
  return result;
}

}  // namespace espalier::train
