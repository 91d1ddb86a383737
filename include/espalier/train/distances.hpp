#pragma once
// Distances between the features of two sets of images.
#include <ATen/ATen.h>

#include <optional>

#include "espalier/task/probe_methods.hpp"
#include "espalier/train/linear_classifier.hpp"

namespace espalier::train {

/// Of `cosine` or `mmd`, between the mean features `a` and `b`, [features] each. Throws UsageError where a cosine is
/// asked for and one of them is 0.
double distance_of_means(task::DistanceMethod method, const at::Tensor& a, const at::Tensor& b);

/// Between `a` and `b`, both [n, features] float32 with equal n of 2 at least, whose rows are in random order. Empty
/// where `go_on` ended it. Throws UsageError where a cosine is asked for and the mean features of a set are all 0.
std::optional<double> distance_of(task::DistanceMethod method, const at::Tensor& a, const at::Tensor& b,
                                  const GoOn& go_on);

}  // namespace espalier::train
