// Batch norm whose mean and variance are summed over the members of a group, forward and backward.
#include "group_norm.hpp"

#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

namespace espalier::model {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// y = sum of x over the members. The loss is a sum over members too, so the gradient is the sum of their gradients.
struct GroupSum : torch::autograd::Function<GroupSum> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& values, std::int64_t group) {
    context->saved_data["group"] = group;
    return reinterpret_cast<Reducer*>(group)->sum(values);
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    auto* group = reinterpret_cast<Reducer*>(context->saved_data["group"].toInt());
    return {group->sum(gradients[0]), at::Tensor()};
  }
};

at::Tensor group_sum(Reducer& group, const at::Tensor& values) {
  return GroupSum::apply(values, reinterpret_cast<std::int64_t>(&group));
}

}  // namespace

at::Tensor group_batch_norm(const at::Tensor& x, const GroupNorm& norm, std::int64_t rows, Reducer& group) {
  const auto pixels = x.size(2) * x.size(3);
  const double count = group.sum(at::full({1}, static_cast<double>(rows * pixels), at::kDouble)).item<double>();
  const auto by_channel = [](const at::Tensor& values) { return values.to(at::kFloat).view({1, -1, 1, 1}); };
  const auto sum_of = [&](const at::Tensor& values) {
    return group_sum(group, values.slice(0, 0, rows).sum({0, 2, 3}, false, at::kDouble));
  };
  const at::Tensor mean = sum_of(x) / count;
  const at::Tensor centred = x.to(at::kFloat) - by_channel(mean);
  const at::Tensor variance = sum_of(centred * centred) / count;
  {
    const c10::NoGradGuard no_grad;
    norm.running_mean.mul_(1 - norm.momentum).add_(mean.to(at::kFloat), norm.momentum);
    norm.running_var.mul_(1 - norm.momentum)
        .add_(variance.to(at::kFloat), norm.momentum * count / std::max(1.0, count - 1));
  }
  const at::Tensor scale = by_channel((variance + norm.epsilon).rsqrt()) * by_channel(norm.weight);
  return (centred * scale + by_channel(norm.bias)).to(x.scalar_type());
}

}  // namespace espalier::model
