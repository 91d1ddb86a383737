// Runs the forward pass of one unit, layer by layer.
#include "device_forms.hpp"
#include "espalier/core/seed.hpp"
#include "espalier/model/dropout_mask.hpp"
#include "group_norm.hpp"
#include "unit.hpp"

namespace espalier::model {
namespace {

using network::LayerKind;

/// Views features as images for a spatial layer: after a linear layer there is one pixel.
at::Tensor spatial(const at::Tensor& x) { return x.dim() == 4 ? x : x.unsqueeze(-1).unsqueeze(-1); }

/// Whether the layer's output is a new tensor that no backward pass reads, so that the ReLU after it may overwrite it.
bool gives_own_output(const Operation& op) {
  const auto kind = op.layer.kind;
  return kind == LayerKind::convolution || kind == LayerKind::linear || kind == LayerKind::batch_norm ||
         kind == LayerKind::max_pool || (kind == LayerKind::add && op.branches.size() > 1);
}

/// Converts to bfloat16 as autocast does: gradients of a converted weight arrive at the float32 weight.
at::Tensor lowered(const at::Tensor& x, const UnitMode& mode) {
  return mode.bf16 && x.defined() ? x.to(at::kBFloat16) : x;
}

at::Tensor max_pool(const network::LayerSpec& layer, const at::Tensor& x) {
  return at::max_pool2d(x, {layer.kernel_h, layer.kernel_w}, {layer.stride, layer.stride},
                        {layer.padding, layer.padding}, 1, layer.ceil_mode);
}

at::Tensor average_pool(const network::LayerSpec& layer, const at::Tensor& x) {
  return at::avg_pool2d(x, {layer.kernel_h, layer.kernel_w}, {layer.stride, layer.stride},
                        {layer.padding, layer.padding}, layer.ceil_mode);
}

at::Tensor local_response_norm(const network::LayerSpec& layer, const at::Tensor& x) {
  const std::int64_t size = layer.size;
  const auto pooled = [&] {
    const at::Tensor squares = at::constant_pad_nd((x * x).unsqueeze(1), {0, 0, 0, 0, size / 2, (size - 1) / 2});
    return at::avg_pool3d(squares, {size, 1, 1}, {1, 1, 1}).squeeze(1);
  };
  const at::Tensor mean = x.is_cuda() ? channel_average(x * x, size) : pooled();
  return x / mean.mul(layer.alpha).add(layer.k).pow(layer.beta);
}

}  // namespace

at::Tensor Unit::forward(const at::Tensor& input, const UnitMode& mode) const { return run(operations_, input, mode); }

at::Tensor Unit::run(const std::vector<Operation>& operations, at::Tensor x, const UnitMode& mode) const {
  bool own = false;
  for (const auto& op : operations) {
    if (op.layer.kind == LayerKind::relu && own) {
      x = at::relu_(x);
    } else {
      x = apply(op, x, mode);
    }
    own = gives_own_output(op);
  }
  return x;
}

at::Tensor Unit::apply(const Operation& op, const at::Tensor& x, const UnitMode& mode) const {
  const auto& layer = op.layer;
  switch (layer.kind) {
    case LayerKind::convolution:
      return at::conv2d(lowered(spatial(x), mode), lowered(weight_of(op), mode), lowered(bias_of(op), mode),
                        {layer.stride, layer.stride}, {layer.padding, layer.padding}, {1, 1}, layer.groups);
    case LayerKind::linear:
      return at::linear(lowered(x.dim() == 2 ? x : x.flatten(1), mode), lowered(weight_of(op), mode),
                        lowered(bias_of(op), mode));
    case LayerKind::relu: return at::relu(x);
    case LayerKind::max_pool: return max_pool(layer, spatial(x));
    case LayerKind::average_pool: return average_pool(layer, spatial(x));
    case LayerKind::adaptive_average_pool:
      return x.is_cuda() ? adaptive_average(spatial(x), layer.kernel_h, layer.kernel_w)
                         : at::adaptive_avg_pool2d(spatial(x), {layer.kernel_h, layer.kernel_w});
    case LayerKind::local_response_norm: return local_response_norm(layer, x.to(at::kFloat)).to(x.scalar_type());
    case LayerKind::batch_norm: return normalise(op, x, mode);
    case LayerKind::dropout: return drop(op, x, mode);
    case LayerKind::concatenate:
    case LayerKind::add: return join(op, x, mode);
  }
  return x;
}

at::Tensor Unit::join(const Operation& op, const at::Tensor& x, const UnitMode& mode) const {
  std::vector<at::Tensor> parts;
  for (const auto& branch : op.branches) parts.push_back(spatial(run(branch, x, mode)));
  if (op.layer.kind == LayerKind::concatenate) return at::cat(parts, 1);
  at::Tensor sum = parts[0];
  for (std::size_t i = 1; i < parts.size(); ++i) sum = sum + parts[i];
  return sum;
}

at::Tensor Unit::drop(const Operation& op, const at::Tensor& x, const UnitMode& mode) const {
  if (!mode.dropout || op.layer.probability == 0) return x;
  const std::int64_t rows = x.size(0), elements = x.numel() / std::max<std::int64_t>(rows, 1);
  const double probability = op.layer.probability;
  const auto seed = derive(mode.mask_seed, static_cast<std::uint64_t>(op.index));
  const at::Tensor mask = mode.masks
                              ? mode.masks->draw({mode.number, op.index}, mode.first_row, rows, elements, probability)
                              : dropout_mask(mode.first_row, rows, elements, probability, seed, x.device());
  return x * mask.view(x.sizes()).to(x.scalar_type());
}

at::Tensor Unit::normalise(const Operation& op, const at::Tensor& x, const UnitMode& mode) const {
  const auto value = [this](int place) { return tensors[static_cast<std::size_t>(place)].value; };
  if (mode.batch_statistics && mode.group) {
    const GroupNorm norm{value(op.weight),      value(op.bias),    value(op.running_mean),
                         value(op.running_var), op.layer.momentum, op.layer.epsilon};
    return group_batch_norm(x, norm, mode.rows, *mode.group);
  }
  return at::batch_norm(x, value(op.weight), value(op.bias), value(op.running_mean), value(op.running_var),
                        mode.batch_statistics, op.layer.momentum, op.layer.epsilon, false);
}

}  // namespace espalier::model
