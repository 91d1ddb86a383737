#pragma once
// Kernels on one replica's numbers whose results do not depend on the replica's place, which ATen does not promise.
#include <ATen/ATen.h>

#include <vector>

namespace espalier::train {

struct SgdStep {
  float rate = 0, momentum = 0, weight_decay = 0;
};

/// PyTorch's SGD: d = g + decay * p; buf = momentum * buf + d; p -= rate * buf. Contiguous, in place.
void update_sgd(const at::Tensor& value, const at::Tensor& buffer, const at::Tensor& gradient, const SgdStep& step);

/// The same for all replicas at once, on their device: `value`, `buffer`, `gradient` [replicas, ...], one rate per
/// replica.
void update_sgd_replicas(const at::Tensor& value, const at::Tensor& buffer, const at::Tensor& gradient,
                         const std::vector<float>& rates, const SgdStep& step);

/// Sums over rows: [replicas, n, out] -> [replicas, out].
at::Tensor sum_of_rows(const at::Tensor& gradient);

/// The mean cross-entropy of `log_probabilities` [n, classes], which are overwritten by the gradient of the logits.
double cross_entropy_to_gradient(const at::Tensor& log_probabilities, const at::Tensor& labels);
/// The same for all replicas at once, on their device: [replicas, n, classes], with labels [n] for each replica.
std::vector<double> cross_entropies_to_gradient(const at::Tensor& log_probabilities,
                                                const std::vector<at::Tensor>& labels);

}  // namespace espalier::train
