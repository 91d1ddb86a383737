#pragma once
// Batch norm in training mode with statistics over a group's whole batch.
#include "espalier/model/reducer.hpp"

namespace espalier::model {

struct GroupNorm {
  at::Tensor weight, bias, running_mean, running_var;  ///< [channels]
  double momentum = 0.1, epsilon = 1e-5;
};

/// `x` is [n, channels, height, width]; its first `rows` images count. Updates the running statistics as PyTorch does:
/// mean, and variance times N / (N - 1), by `momentum`. Differentiable; the backward pass reduces over the group too.
at::Tensor group_batch_norm(const at::Tensor& x, const GroupNorm& norm, std::int64_t rows, Reducer& group);

}  // namespace espalier::model
