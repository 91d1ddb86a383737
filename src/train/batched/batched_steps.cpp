// The training steps and evaluations of batched jobs, one step of all replicas at a time.
#include <ATen/ops/stack.h>

#include <algorithm>
#include <cmath>

#include "espalier/core/seed.hpp"
#include "train/batched/batched_training.hpp"

namespace espalier::train {

/// Trains to the end of the epoch, or of the first stage that ends.
ControlFlag BatchedTraining::train_some() {
  start_epoch();
  std::int64_t end = timeline_.index({at_.epoch + 1, 0});
  for (const Replica& replica : replicas_) end = std::min(end, stage_of(replica).end);
  for (const std::size_t member : all_open()) end = next_due_by_steps(bundle_.job(member), index(), end);
  while (index() < end && !replicas_.empty()) {
    const ControlFlag flag = step();
    if (flag != ControlFlag::go_on) return flag;
  }
  return ControlFlag::go_on;
}

void BatchedTraining::start_epoch() {
  measured_ = false;
  for (Stream& stream : streams_) {
    stream.order = permutation(static_cast<std::int32_t>(stream.sets->of(kTrainingImages).size()),
                               derive(stream.order_seed, static_cast<std::uint64_t>(at_.epoch)));
  }
}

BatchedTraining::Batch BatchedTraining::next_batch() {
  Batch batch;
  const std::size_t size = static_cast<std::size_t>(task::training(leader(replicas_.front()).task).batch);
  const std::size_t first = static_cast<std::size_t>(at_.step) * size;
  std::vector<at::Tensor> inputs(streams_.size()), labels(streams_.size()), by_replica;
  for (const Replica& replica : replicas_) {
    const std::size_t s = families_[replica.family].stream;
    if (!inputs[s].defined()) {
      const auto& images = streams_[s].order;
      const std::size_t last = std::min(first + size, images.size());
      const std::vector<std::int64_t> positions(images.begin() + static_cast<std::ptrdiff_t>(first),
                                                images.begin() + static_cast<std::ptrdiff_t>(last));
      inputs[s] = streams_[s].inputs->training(positions, at_, 0).flatten(1);
      labels[s] = labels_at(streams_[s].sets->of(kTrainingImages), positions);
      batch.images = static_cast<std::int64_t>(positions.size());
    }
    by_replica.push_back(inputs[s]);
    batch.labels.push_back(labels[s]);
  }
  batch.inputs = at::stack(by_replica);
  return batch;
}

std::vector<ReplicaStep> BatchedTraining::replica_steps() const {
  std::vector<ReplicaStep> steps;
  for (const Replica& replica : replicas_) {
    const auto& spec = task::training(leader(replica).task);
    ReplicaStep step{{spec.mask_seed, at_.epoch, at_.step}, {}};
    for (const auto& row : spec.units) step.rates.push_back(task::rate_at(row, timeline_, at_));
    steps.push_back(std::move(step));
  }
  return steps;
}

ControlFlag BatchedTraining::step() {
  const Batch batch = next_batch();
  const auto steps = replica_steps();
  const at::Tensor logits = network_.forward(batch.inputs, steps);
  const auto losses = network_.losses(logits, batch.labels);
  const at::Tensor seen = logits.cpu();
  network_.update(steps);
  bool some_diverged = false;
  for (std::size_t i = 0; i < replicas_.size(); ++i) {
    replicas_[i].running.add(seen[static_cast<std::int64_t>(i)], batch.labels[i], losses[i]);
    const Members open = bundle_.open_of(members_of(replicas_[i]));
    if (!open.empty()) bundle_.count_images(open.front(), batch.images);
    if (std::isfinite(losses[i])) continue;
    bundle_.end_all(open, task::End::diverged, divergence_text("the training loss", losses[i], at_));
    some_diverged = true;
  }
  bundle_.charge(all_open(), 0);
  ++at_.step;
  const ControlFlag flag = bundle_.ask(all_open(), at_);
  if (some_diverged) keep_open();
  return flag;
}

ControlFlag BatchedTraining::measure(std::size_t replica, const Members& members) {
  const Stream& stream = stream_of(replicas_[replica]);
  Measurement measurement(bundle_, *stream.sets, members, timeline_.normalised(at_), replicas_[replica].running);
  const auto predict = [&](const at::Tensor& x) { return network_.predict(static_cast<std::int64_t>(replica), x); };
  const ControlFlag flag = measurement.run([&](SetNumber number, const EvaluationLimits& limits) {
    return evaluate(predict, *stream.inputs, number, stream.sets->of(number).labels, limits);
  });
  replicas_[replica].predicted = measurement.predictions();
  return flag;
}

/// Within an epoch, and not measured yet.
bool BatchedTraining::any_due() const {
  if (at_.step == 0 || measured_) return false;
  const Members open = all_open();
  return std::any_of(open.begin(), open.end(),
                     [this](std::size_t member) { return is_due_by_steps(bundle_.job(member), index()); });
}

ControlFlag BatchedTraining::measure_all() {
  for (std::size_t i = 0; i < replicas_.size(); ++i) {
    const Members open = bundle_.open_of(members_of(replicas_[i]));
    if (open.empty()) continue;
    const ControlFlag flag = measure(i, open);
    if (flag != ControlFlag::go_on) return flag;
  }
  bundle_.charge(all_open(), 0);
  measured_ = true;
  if (at_.step < timeline_.steps_per_epoch()) return ControlFlag::go_on;
  at_ = timeline_.normalised(at_);
  for (Replica& replica : replicas_) replica.running = {};
  if (!replicas_.empty() && seconds_since(saved_) >= leader(replicas_.front()).checkpoint_s) save_all(true);
  return ControlFlag::go_on;
}

}  // namespace espalier::train
