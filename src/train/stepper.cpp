#include "espalier/train/stepper.hpp"

#include <cmath>

namespace espalier::train {

Stepper::Stepper(model::UnitNetwork& network, const task::TrainSpec& spec, const task::Timeline& timeline,
                 std::int32_t cached_units)
    : network_(network),
      spec_(&spec),
      timeline_(timeline),
      optimiser_(network, spec),
      cached_units_(cached_units),
      rates_(spec.units.size()) {}

double Stepper::step(const at::Tensor& inputs, const at::Tensor& labels, task::Moment at, Score& score) {
  const at::Tensor logits = network_.train_forward(inputs, {spec_->mask_seed, at.epoch, at.step}, cached_units_);
  const at::Tensor loss = at::cross_entropy_loss(logits, labels);
  const double value = loss.item<float>();
  score.add(logits.detach(), labels, value);
  if (!std::isfinite(value)) return value;
  if (loss.requires_grad()) loss.backward();
  for (std::size_t u = 0; u < rates_.size(); ++u) rates_[u] = task::rate_at(spec_->units[u], timeline_, at);
  optimiser_.step(rates_, timeline_.index(at));
  return value;
}

}  // namespace espalier::train
