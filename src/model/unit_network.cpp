// Joins units into a network: forward passes in training and evaluation mode, features, state.
#include "espalier/model/unit_network.hpp"

#include <c10/core/GradMode.h>

#include "espalier/core/checks.hpp"
#include "espalier/core/seed.hpp"
#include "unit.hpp"

namespace espalier::model {
namespace {

/// With one channel LibTorch cannot tell the two layouts apart; these strides say channels-last, so that all later
/// layers keep that layout.
at::Tensor channels_last(const at::Tensor& images) {
  if (images.dim() != 4) return images;
  const auto n = images.size(0), h = images.size(2), w = images.size(3);
  if (images.size(1) != 1 || !images.is_contiguous()) return images.contiguous(at::MemoryFormat::ChannelsLast);
  return images.as_strided({n, 1, h, w}, {h * w, 1, w, 1});
}

}  // namespace

struct UnitNetwork::Impl {
  network::NetworkSpec spec;
  network::Shape input;
  std::int32_t classes;
  std::vector<Unit> units;
  task::FrozenDropout frozen_dropout = task::FrozenDropout::off;
  bool bf16 = false;

  Unit& unit(std::int32_t number) {
    ESPALIER_EXPECT(number >= 1 && number <= spec.depth());
    return units[static_cast<std::size_t>(number - 1)];
  }

  UnitMode training_mode(const Unit& unit, std::int32_t number, const StepKey& key) const {
    const bool frozen = unit.trained == task::Trained::no;
    UnitMode mode;
    mode.dropout = !frozen || frozen_dropout == task::FrozenDropout::on;
    mode.batch_statistics = unit.trained == task::Trained::all;
    mode.bf16 = bf16;
    mode.first_row = key.first_row;
    mode.group = key.group;
    mode.rows = key.rows;
    mode.masks = key.masks;
    mode.number = number;
    mode.mask_seed = derive(key.mask_seed, static_cast<std::uint64_t>(number), static_cast<std::uint64_t>(key.epoch),
                            static_cast<std::uint64_t>(key.step));
    return mode;
  }

  std::int32_t first_trained() const {
    std::int32_t number = 1;
    for (const auto& each : units) {
      if (each.trained != task::Trained::no) break;
      ++number;
    }
    return number;
  }

  /// Runs units `after` + 1 to `last`.
  at::Tensor evaluate(const at::Tensor& inputs, std::int32_t after, std::int32_t last) {
    c10::NoGradGuard no_grad;
    at::Tensor x = channels_last(inputs);
    UnitMode mode;
    mode.bf16 = bf16;
    for (std::int32_t number = after + 1; number <= last; ++number) x = unit(number).forward(x, mode);
    return x;
  }
};

UnitNetwork::UnitNetwork(const network::NetworkSpec& spec, const network::Shape& input, std::int32_t classes)
    : impl_(std::make_shared<Impl>(Impl{spec, input, classes, {}})) {
  const auto costs = network::infer(spec, input, classes);
  for (std::size_t i = 0; i < costs.size(); ++i) impl_->units.emplace_back(spec.units[i], costs[i]);
}

std::int32_t UnitNetwork::depth() const { return impl_->spec.depth(); }
const network::NetworkSpec& UnitNetwork::spec() const { return impl_->spec; }
network::Shape UnitNetwork::input() const { return impl_->input; }
std::int32_t UnitNetwork::classes() const { return impl_->classes; }
const std::string& UnitNetwork::unit_name(std::int32_t unit) const { return impl_->unit(unit).name; }
std::vector<UnitTensor>& UnitNetwork::tensors(std::int32_t unit) { return impl_->unit(unit).tensors; }

void UnitNetwork::reinitialise(std::int32_t unit, std::uint64_t seed) {
  impl_->unit(unit).reinitialise(derive(seed, static_cast<std::uint64_t>(unit)));
}

void UnitNetwork::copy(std::int32_t unit, const data::TensorFile& from) { impl_->unit(unit).copy(from); }

void UnitNetwork::restore(const data::TensorFile& from) {
  for (auto& unit : impl_->units) unit.restore(from);
}

void UnitNetwork::freeze(std::int32_t unit) { impl_->unit(unit).tune(task::Trained::no); }
void UnitNetwork::tune(std::int32_t unit, task::Trained trained) { impl_->unit(unit).tune(trained); }
void UnitNetwork::set_precision(task::Precision precision) { impl_->bf16 = precision == task::Precision::bf16; }
void UnitNetwork::set_frozen_dropout(task::FrozenDropout frozen_dropout) { impl_->frozen_dropout = frozen_dropout; }

at::Tensor UnitNetwork::train_forward(const at::Tensor& input, const StepKey& key, std::int32_t after) {
  const std::int32_t first = impl_->first_trained();
  ESPALIER_EXPECT(after >= 0 && after < first);
  at::Tensor x = channels_last(input);
  for (std::int32_t number = after + 1; number <= depth(); ++number) {
    const c10::AutoGradMode graph(number >= first);
    const auto& unit = impl_->unit(number);
    x = unit.forward(x, impl_->training_mode(unit, number, key));
  }
  return x.flatten(1).to(at::kFloat);
}

at::Tensor UnitNetwork::eval_forward(const at::Tensor& input, std::int32_t after) {
  return impl_->evaluate(input, after, depth()).flatten(1).to(at::kFloat);
}

at::Tensor UnitNetwork::features(const at::Tensor& images, std::int32_t unit, std::int32_t after) {
  return impl_->evaluate(images, after, unit);
}

void UnitNetwork::to(at::Device device) {
  for (auto& unit : impl_->units) unit.to(device);
}

at::Device UnitNetwork::device() const {
  for (const auto& unit : impl_->units) {
    if (!unit.tensors.empty()) return unit.tensors.front().value.device();
  }
  return at::Device(at::kCPU);
}

std::vector<DropoutLayer> UnitNetwork::dropouts() const {
  std::vector<DropoutLayer> all;
  for (std::int32_t number = 1; number <= depth(); ++number) {
    for (const auto layer : impl_->unit(number).dropouts()) all.push_back({number, layer});
  }
  return all;
}

data::NamedTensors UnitNetwork::state() const {
  data::NamedTensors all;
  for (const auto& unit : impl_->units) {
    for (const auto& tensor : unit.tensors) {
      all.emplace_back(tensor.name, tensor.value.detach().cpu().clone(at::MemoryFormat::Contiguous));
    }
  }
  return all;
}

}  // namespace espalier::model
