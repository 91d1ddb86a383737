// The same kernels for all replicas at once by tensor operations, because one replica alone leaves a GPU idle.
#include <ATen/ops/stack.h>

#include "train/batched/replica_kernels.hpp"

namespace espalier::train {

void update_sgd_replicas(const at::Tensor& value, const at::Tensor& buffer, const at::Tensor& gradient,
                         const std::vector<float>& rates, const SgdStep& step) {
  std::vector<std::int64_t> a_replica(static_cast<std::size_t>(value.dim()), 1);
  a_replica[0] = -1;
  const at::Tensor rate = at::tensor(rates, at::kFloat).to(value.device()).view(a_replica);
  buffer.mul_(step.momentum).add_(gradient).add_(value, step.weight_decay);
  value.sub_(rate * buffer);
}

std::vector<double> cross_entropies_to_gradient(const at::Tensor& log_probabilities,
                                                const std::vector<at::Tensor>& labels) {
  const at::Tensor label = at::stack(labels).to(log_probabilities.device()).unsqueeze(2);
  const auto rows = static_cast<double>(log_probabilities.size(1));
  const at::Tensor losses = (-log_probabilities.gather(2, label).to(at::kDouble).sum({1, 2}) / rows).cpu();
  const at::Tensor classes = at::arange(log_probabilities.size(2), label.options());
  log_probabilities.exp_().sub_(classes.eq(label).to(at::kFloat)).div_(rows);
  const auto* loss = losses.const_data_ptr<double>();
  return {loss, loss + losses.numel()};
}

}  // namespace espalier::train
