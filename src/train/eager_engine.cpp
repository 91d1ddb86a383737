// Takes each step of the epoch's order on this member's part of the batch, and evaluates.
#include "train/eager_engine.hpp"

#include <algorithm>
#include <cmath>

#include "espalier/data/label_matrix.hpp"
#include "train/losses.hpp"
#include "train/prepare_network.hpp"

namespace espalier::train {

EagerEngine::EagerEngine(BundleState& bundle, const Job& job, const ImageSets& sets, const task::Timeline& timeline)
    : bundle_(bundle),
      job_(job),
      sets_(sets),
      network_(prepare_network(job, bundle.device_context().device())),
      inputs_(make_inputs(job, sets, bundle.device_context().features(), network_)),
      stepper_(network_, task::training(job.task), timeline, job.task.form.cached_units, bundle.group()) {}

bool EagerEngine::prepare(const GoOn& go_on) { return inputs_->prepare(go_on); }

void EagerEngine::start_epoch(const task::TrainSpec& spec, task::Moment at, const Score& running) {
  score_ = running;
  stepper_.follow(spec);
  order_ = order_of_epoch(job_, at.epoch);
  at_ = at;
}

bool EagerEngine::step() {
  const auto batch = static_cast<std::size_t>(task::training(job_.task).batch);
  const std::size_t first = static_cast<std::size_t>(at_.step) * batch, last = std::min(first + batch, order_.size());
  const auto whole = static_cast<std::int64_t>(last - first);
  const auto* group = bundle_.group();
  Shard shard = group ? shard_of(whole, group->rank(), group->size()) : Shard{0, whole, whole, 0};
  const auto from = order_.begin() + static_cast<std::ptrdiff_t>(first) +
                    static_cast<std::ptrdiff_t>(std::min(shard.first, whole - 1));
  const std::vector<std::int64_t> positions(from, from + std::max<std::int64_t>(1, shard.rows));
  const at::Tensor inputs = inputs_->training(positions, at_, shard.first).to(network_.device());
  const at::Tensor labels = labels_at(sets_.of(kTrainingImages), positions);
  if (group && data::are_several(labels)) {
    const auto begin = order_.begin() + static_cast<std::ptrdiff_t>(first);
    shard.counted = counted_labels(labels_at(sets_.of(kTrainingImages), {begin, begin + whole}));
  }
  const double loss = group ? stepper_.step(inputs, labels, at_, score_, shard, bundle_.control_flags())
                            : stepper_.step(inputs, labels, at_, score_);
  if (group) bundle_.agree();
  if (!std::isfinite(loss) && !non_finite_) non_finite_ = {loss, at_};
  ++at_.step;
  return !non_finite_;
}

std::optional<NonFiniteLoss> EagerEngine::settle(Score& running) {
  running = score_;
  return std::exchange(non_finite_, {});
}

Evaluation EagerEngine::evaluate(SetNumber number, const EvaluationLimits& limits) {
  const auto cached = job_.task.form.cached_units;
  const auto predict = [&](const at::Tensor& x) { return network_.eval_forward(x.to(network_.device()), cached); };
  return train::evaluate(predict, *inputs_, number, sets_.of(number).labels, limits, bundle_.group());
}

}  // namespace espalier::train
