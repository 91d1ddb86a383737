// Standardises features, fits the classifier that is asked for, and scores features with it.
#include "espalier/train/linear_classifier.hpp"

#include "espalier/core/checks.hpp"

namespace espalier::train {

Standardisation Standardisation::of(const at::Tensor& features) {
  const at::Tensor exact = features.to(at::kDouble);
  const at::Tensor deviation = exact.std(/*dim=*/0, /*unbiased=*/false);
  return {exact.mean(0), at::where(deviation > 0, deviation, at::ones_like(deviation))};
}

at::Tensor LinearClassifier::scores(const at::Tensor& features) const {
  const at::Tensor rows = features.flatten(1);
  const at::Tensor seen = standardisation ? standardisation->apply(rows) : rows.to(at::kDouble);
  return at::addmm(biases, seen, weights.t()).to(at::kFloat);
}

std::optional<LinearClassifier> fit_linear(const task::LinearSpec& spec, const at::Tensor& features,
                                           const at::Tensor& labels, std::int64_t classes, const GoOn& go_on) {
  ESPALIER_EXPECT(features.dim() == 2 && labels.size(0) == features.size(0) && classes >= 2);
  std::optional<Standardisation> standardisation;
  if (spec.standardise) standardisation = Standardisation::of(features);
  const at::Tensor seen = standardisation ? standardisation->apply(features) : features;
  auto fitted = spec.classifier == task::Classifier::svm ? fit_svm(spec.c, seen, labels, classes, go_on)
                                                         : fit_logistic(spec.c, seen, labels, classes, go_on);
  if (fitted) fitted->standardisation = std::move(standardisation);
  return fitted;
}

}  // namespace espalier::train
