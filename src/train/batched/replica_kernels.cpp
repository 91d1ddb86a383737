// SGD updates, row sums and cross-entropy gradients as plain loops, compiled for several instruction sets.
#include "train/batched/replica_kernels.hpp"

#include <cmath>

#include "espalier/core/checks.hpp"

namespace espalier::train {

namespace {

/// Compiles a loop for several instruction sets; the best is chosen when the program starts.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define ESPALIER_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default"), optimize("O3")))
#else
#define ESPALIER_CLONES
#endif

ESPALIER_CLONES
void sgd_loop(float* __restrict value, float* __restrict buffer, const float* __restrict gradient, std::int64_t count,
              const SgdStep& step) {
  const float rate = step.rate, momentum = step.momentum, decay = step.weight_decay;
  for (std::int64_t i = 0; i < count; ++i) {
    buffer[i] = momentum * buffer[i] + (gradient[i] + decay * value[i]);
    value[i] -= rate * buffer[i];
  }
}

ESPALIER_CLONES
void add_rows(float* __restrict sum, const float* __restrict rows, std::int64_t count, std::int64_t width) {
  for (std::int64_t row = 0; row < count; ++row) {
    for (std::int64_t i = 0; i < width; ++i) sum[i] += rows[row * width + i];
  }
}

}  // namespace

void update_sgd(const at::Tensor& value, const at::Tensor& buffer, const at::Tensor& gradient, const SgdStep& step) {
  ESPALIER_EXPECT(value.is_contiguous() && buffer.is_contiguous() && gradient.is_contiguous());
  sgd_loop(value.data_ptr<float>(), buffer.data_ptr<float>(), gradient.const_data_ptr<float>(), value.numel(), step);
}

at::Tensor sum_of_rows(const at::Tensor& gradient) {
  if (!gradient.is_cpu()) return gradient.sum(1);
  const at::Tensor dense = gradient.contiguous();
  const std::int64_t replicas = dense.size(0), rows = dense.size(1), width = dense.size(2);
  at::Tensor sums = at::zeros({replicas, width}, at::kFloat);
  for (std::int64_t replica = 0; replica < replicas; ++replica) {
    add_rows(sums.data_ptr<float>() + replica * width, dense.const_data_ptr<float>() + replica * rows * width, rows,
             width);
  }
  return sums;
}

double cross_entropy_to_gradient(const at::Tensor& log_probabilities, const at::Tensor& labels) {
  ESPALIER_EXPECT(log_probabilities.is_contiguous());
  const std::int64_t rows = log_probabilities.size(0), classes = log_probabilities.size(1);
  const auto* label = labels.const_data_ptr<std::int64_t>();
  auto* values = log_probabilities.data_ptr<float>();
  double sum = 0;
  for (std::int64_t row = 0; row < rows; ++row) sum -= static_cast<double>(values[row * classes + label[row]]);
  const float share = 1.0f / static_cast<float>(rows);
  log_probabilities.exp_();
  for (std::int64_t row = 0; row < rows; ++row) values[row * classes + label[row]] -= 1.0f;
  log_probabilities.mul_(share);
  return sum / static_cast<double>(rows);
}

}  // namespace espalier::train
