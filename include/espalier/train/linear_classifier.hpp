#pragma once
// Linear classifiers fitted to features: support vector machines and logistic regression.
#include <ATen/ATen.h>

#include <optional>
#include <string>

#include "espalier/task/probe_methods.hpp"
#include "espalier/train/training.hpp"

namespace espalier::train {

/// What each feature is shifted and divided by before a classifier sees it.
struct Standardisation {
  at::Tensor mean, deviation;  ///< [features] double
  /// Of these features, with n in the denominator; a feature that does not vary is divided by 1.
  static Standardisation of(const at::Tensor& features);
  at::Tensor apply(const at::Tensor& features) const { return features.to(at::kDouble).sub(mean).div_(deviation); }
};

struct LinearClassifier {
  at::Tensor weights;  ///< [classes, features] double; of two classes the first row is minus the second, or 0
  at::Tensor biases;   ///< [classes] double
  std::optional<Standardisation> standardisation;
  double objective = 0;  ///< |w|^2 / 2 + C * (sum of losses), summed over the problems of one against the rest
  std::string remark;    ///< what a user should know of the fit, such as that it did not converge; else empty

  /// Features [n, ...] as they come from a network -> scores [n, classes] float32; of logistic regression: logits.
  at::Tensor scores(const at::Tensor& features) const;
};

/// Fits to `features` [n, features] float32 with `labels` [n] int64 below `classes` (2 at least; each has an image).
/// Empty where `go_on` ended it. Deterministic.
std::optional<LinearClassifier> fit_linear(const task::LinearSpec& spec, const at::Tensor& features,
                                           const at::Tensor& labels, std::int64_t classes, const GoOn& go_on);

/// The two fits, of features that are standardised already where that is asked for, in float32 or double.
std::optional<LinearClassifier> fit_svm(double c, const at::Tensor& features, const at::Tensor& labels,
                                        std::int64_t classes, const GoOn& go_on);
std::optional<LinearClassifier> fit_logistic(double c, const at::Tensor& features, const at::Tensor& labels,
                                             std::int64_t classes, const GoOn& go_on);

}  // namespace espalier::train
