// Sums values over a group through a scratch buffer kept for each length.
#include "espalier/model/reducer.hpp"

#include <c10/core/GradMode.h>

namespace espalier::model {

at::Tensor Reducer::sum(const at::Tensor& values) {
  const c10::NoGradGuard no_grad;
  at::Tensor& buffer = scratch_[values.numel()];
  if (!buffer.defined()) buffer = this->buffer(values.numel(), at::kDouble);
  buffer.copy_(values.reshape({-1}));
  begin(buffer);
  finish();
  return buffer.to(values.device(), at::kDouble, /*non_blocking=*/false, /*copy=*/true).view(values.sizes());
}

}  // namespace espalier::model
