// Runs the forward pass of one unit, layer by layer.
#include <c10/core/GradMode.h>

#include <array>
#include <limits>

#include "device_forms.hpp"
#include "espalier/core/checks.hpp"
#include "espalier/core/seed.hpp"
#include "espalier/model/dropout_mask.hpp"
#include "espalier/network/layers.hpp"
#include "group_norm.hpp"
#include "unit.hpp"

namespace espalier::model {
namespace {

using network::LayerKind;

/// Views features as images for a spatial layer: after a linear layer there is one pixel.
at::Tensor spatial(const at::Tensor& x) { return x.dim() == 4 ? x : x.unsqueeze(-1).unsqueeze(-1); }

/// Converts to bfloat16 as autocast does: gradients of a converted weight arrive at the float32 weight.
at::Tensor lowered(const at::Tensor& x, const UnitMode& mode) {
  return mode.bf16 && x.defined() ? x.to(at::kBFloat16) : x;
}

/// Padding of an image above, below, left and right.
struct Margins {
  network::Margin rows, columns;
  bool symmetric() const { return rows.before == rows.behind && columns.before == columns.behind; }
};

Margins margins_of(const network::LayerSpec& layer, const at::Tensor& x) {
  return {network::margin_of(layer, x.size(2), layer.kernel_h), network::margin_of(layer, x.size(3), layer.kernel_w)};
}

at::Tensor padded(const at::Tensor& x, const Margins& by, double value) {
  return at::constant_pad_nd(x, {by.columns.before, by.columns.behind, by.rows.before, by.rows.behind}, value);
}

at::Tensor max_pool(const network::LayerSpec& layer, const at::Tensor& x) {
  const std::array<std::int64_t, 2> kernel{layer.kernel_h, layer.kernel_w}, stride{layer.stride, layer.stride};
  const Margins by = margins_of(layer, x);
  if (by.symmetric()) {
    return at::max_pool2d(x, kernel, stride, {by.rows.before, by.columns.before}, 1, layer.ceil_mode);
  }
  return at::max_pool2d(padded(x, by, -std::numeric_limits<double>::infinity()), kernel, stride);
}

/// Padding by numbers counts as zeros, as PyTorch's does; the padding of "same" is left out, as TensorFlow's is.
at::Tensor average_pool(const network::LayerSpec& layer, const at::Tensor& x) {
  const std::array<std::int64_t, 2> kernel{layer.kernel_h, layer.kernel_w}, stride{layer.stride, layer.stride};
  const Margins by = margins_of(layer, x);
  if (by.symmetric()) {
    return at::avg_pool2d(x, kernel, stride, {by.rows.before, by.columns.before}, layer.ceil_mode,
                          layer.padding != network::kSamePadding);
  }
  const at::Tensor inside = padded(at::ones({1, 1, x.size(2), x.size(3)}, x.options()), by, 0);
  return at::avg_pool2d(padded(x, by, 0), kernel, stride) / at::avg_pool2d(inside, kernel, stride);
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

/// How a kind of layer computes. `owns_output`: it gives a tensor of its own that no backward pass reads, so that the
/// ReLU after it may overwrite it.
struct Unit::Forward {
  LayerKind kind;
  at::Tensor (Unit::*apply)(const Operation& op, const at::Tensor& x, const UnitMode& mode) const;
  bool owns_output = false;
};

/// In the order of the enumeration: a new kind is a row here and in src/network/layer_table.cpp.
const Unit::Forward& Unit::forward_of(const Operation& op) {
  static constexpr Forward kRows[] = {
      {LayerKind::convolution, &Unit::convolve, true},
      {LayerKind::linear, &Unit::multiply, true},
      {LayerKind::relu, &Unit::rectify},
      {LayerKind::max_pool, &Unit::pool_maximum, true},
      {LayerKind::average_pool, &Unit::pool_average},
      {LayerKind::adaptive_average_pool, &Unit::pool_to_size},
      {LayerKind::local_response_norm, &Unit::respond},
      {LayerKind::batch_norm, &Unit::normalise, true},
      {LayerKind::dropout, &Unit::drop},
      {LayerKind::concatenate, &Unit::concatenate},
      {LayerKind::add, &Unit::add, true},
      {LayerKind::resize, &Unit::interpolate},
      {LayerKind::spatial_transformer, &Unit::transform},
  };
  const Forward& row = kRows[static_cast<std::size_t>(op.layer.kind)];
  ESPALIER_EXPECT(row.kind == op.layer.kind);
  return row;
}

at::Tensor Unit::forward(const at::Tensor& input, const UnitMode& mode) const { return run(operations_, input, mode); }

at::Tensor Unit::run(const std::vector<Operation>& operations, at::Tensor x, const UnitMode& mode) const {
  bool own = false;
  for (const auto& op : operations) {
    const Forward& row = forward_of(op);
    x = op.layer.kind == LayerKind::relu && own ? at::relu_(x) : (this->*row.apply)(op, x, mode);
    own = row.owns_output && op.branches.size() != 1;  // one branch alone gives what it was given
  }
  return x;
}

namespace {

/// Whether oneDNN (3.12, in LibTorch 2.13) writes past a buffer in this convolution's weight gradient: 1x1, strided,
/// few channels, channels-last (uxlfoundation/oneDNN issue 6035). Depending on the CPU and the image's size it crashes,
/// or gives wrong gradients without a word.
bool is_miscomputed(const network::LayerSpec& layer, const at::Tensor& x) {
  constexpr std::int64_t kEnoughChannels = 16;
  const bool is_point = layer.kernel_h == 1 && layer.kernel_w == 1 && layer.padding <= 0 && layer.groups == 1;
  return x.is_cpu() && is_point && layer.stride > 1 && x.size(1) < kEnoughChannels;
}

/// Every `stride`th row and column: what a 1x1 convolution of that stride sees.
at::Tensor subsampled(const at::Tensor& x, std::int64_t stride) {
  return x.slice(2, 0, x.size(2), stride).slice(3, 0, x.size(3), stride).contiguous(at::MemoryFormat::ChannelsLast);
}

}  // namespace

at::Tensor Unit::convolve(const Operation& op, const at::Tensor& input, const UnitMode& mode) const {
  const auto& layer = op.layer;
  const at::Tensor x = spatial(input);
  if (is_miscomputed(layer, x)) {
    return at::conv2d(lowered(subsampled(x, layer.stride), mode), lowered(weight_of(op), mode),
                      lowered(bias_of(op), mode));
  }
  const Margins by = margins_of(layer, x);
  const bool symmetric = by.symmetric();
  return at::conv2d(lowered(symmetric ? x : padded(x, by, 0), mode), lowered(weight_of(op), mode),
                    lowered(bias_of(op), mode), {layer.stride, layer.stride},
                    {symmetric ? by.rows.before : 0, symmetric ? by.columns.before : 0}, {1, 1}, layer.groups);
}

at::Tensor Unit::multiply(const Operation& op, const at::Tensor& x, const UnitMode& mode) const {
  return at::linear(lowered(x.dim() == 2 ? x : x.flatten(1), mode), lowered(weight_of(op), mode),
                    lowered(bias_of(op), mode));
}

at::Tensor Unit::rectify(const Operation&, const at::Tensor& x, const UnitMode&) const { return at::relu(x); }

at::Tensor Unit::pool_maximum(const Operation& op, const at::Tensor& x, const UnitMode&) const {
  return max_pool(op.layer, spatial(x));
}

at::Tensor Unit::pool_average(const Operation& op, const at::Tensor& x, const UnitMode&) const {
  return average_pool(op.layer, spatial(x));
}

at::Tensor Unit::pool_to_size(const Operation& op, const at::Tensor& x, const UnitMode&) const {
  const auto height = op.layer.kernel_h, width = op.layer.kernel_w;
  return x.is_cuda() ? adaptive_average(spatial(x), height, width)
                     : at::adaptive_avg_pool2d(spatial(x), {height, width});
}

at::Tensor Unit::interpolate(const Operation& op, const at::Tensor& x, const UnitMode&) const {
  const auto height = op.layer.kernel_h, width = op.layer.kernel_w;
  return x.is_cuda() ? resized(spatial(x), height, width) : at::upsample_bilinear2d(spatial(x), {height, width}, false);
}

at::Tensor Unit::respond(const Operation& op, const at::Tensor& x, const UnitMode&) const {
  return local_response_norm(op.layer, x.to(at::kFloat)).to(x.scalar_type());
}

at::Tensor Unit::transform(const Operation& op, const at::Tensor& input, const UnitMode& mode) const {
  const at::Tensor x = spatial(input);
  const at::Tensor change = run(op.branches.front(), x, mode).to(at::kFloat).reshape({-1, 2, 3});
  return sampled(x, change + at::eye(2, 3, change.options()));
}

std::vector<at::Tensor> Unit::branches(const Operation& op, const at::Tensor& x, const UnitMode& mode) const {
  std::vector<at::Tensor> parts;
  for (const auto& branch : op.branches) parts.push_back(spatial(run(branch, x, mode)));
  return parts;
}

at::Tensor Unit::concatenate(const Operation& op, const at::Tensor& x, const UnitMode& mode) const {
  return at::cat(branches(op, x, mode), 1);
}

at::Tensor Unit::add(const Operation& op, const at::Tensor& x, const UnitMode& mode) const {
  const auto parts = branches(op, x, mode);
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

namespace {

/// Batch norm over one value a channel, as the last batch of an epoch may leave: the value is its own mean and has no
/// variance, so that the bias remains, and the running variance counts it as 0. PyTorch would divide by n - 1 = 0
/// there.
at::Tensor single_value_norm(const at::Tensor& x, const GroupNorm& norm) {
  {
    const c10::NoGradGuard no_grad;
    norm.running_mean.mul_(1 - norm.momentum).add_(x.reshape({-1}).to(at::kFloat), norm.momentum);
    norm.running_var.mul_(1 - norm.momentum);
  }
  const auto by_channel = [&](const at::Tensor& values) { return values.reshape(x.sizes()); };
  const at::Tensor centred = x.to(at::kFloat) - x.to(at::kFloat);
  return (centred * by_channel(norm.weight) + by_channel(norm.bias)).to(x.scalar_type());
}

}  // namespace

at::Tensor Unit::normalise(const Operation& op, const at::Tensor& x, const UnitMode& mode) const {
  const auto value = [this](int place) { return tensors[static_cast<std::size_t>(place)].value; };
  const GroupNorm norm{value(op.weight),      value(op.bias),    value(op.running_mean),
                       value(op.running_var), op.layer.momentum, op.layer.epsilon};
  if (mode.batch_statistics && mode.group) {
    return group_batch_norm(spatial(x), norm, mode.rows, *mode.group).reshape(x.sizes());
  }
  if (mode.batch_statistics && x.numel() == x.size(1)) return single_value_norm(x, norm);
  return at::batch_norm(x, norm.weight, norm.bias, norm.running_mean, norm.running_var, mode.batch_statistics,
                        op.layer.momentum, op.layer.epsilon, false);
}

}  // namespace espalier::model
