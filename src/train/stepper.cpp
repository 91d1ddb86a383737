// Runs one step on a batch or on a group member's part of it, and sums score and control flags over the group.
#include "espalier/train/stepper.hpp"

#include <algorithm>
#include <cmath>

#include "train/gradient_buckets.hpp"

namespace espalier::train {

namespace {

void put_words(const at::Tensor& words, const Score& score, const std::vector<double>& control_flags) {
  const auto own = score.words();
  std::vector<double> all(own.begin(), own.end());
  all.insert(all.end(), control_flags.begin(), control_flags.end());
  words.copy_(at::tensor(all, at::kDouble));
}

Score take_words(const at::Tensor& words, std::vector<double>& control_flags) {
  const at::Tensor here = words.cpu();
  const auto* in = here.const_data_ptr<double>();
  std::copy_n(in + Score::kWords, control_flags.size(), control_flags.begin());
  return Score::of_words(in);
}

}  // namespace

Shard shard_of(std::int64_t whole, std::int32_t rank, std::int32_t size) {
  const std::int64_t first = whole * rank / size;
  return {first, whole * (rank + 1) / size - first, whole};
}

Stepper::Stepper(model::UnitNetwork& network, const task::TrainSpec& spec, const task::Timeline& timeline,
                 std::int32_t cached_units, model::Reducer* group)
    : network_(network),
      spec_(&spec),
      timeline_(timeline),
      optimiser_(network, spec),
      cached_units_(cached_units),
      rates_(spec.units.size()),
      group_(group) {
  if (group_) buckets_ = std::make_unique<GradientBuckets>(network, *group_);
}

Stepper::~Stepper() = default;

void Stepper::update(task::Moment at) {
  for (std::size_t u = 0; u < rates_.size(); ++u) rates_[u] = task::rate_at(spec_->units[u], timeline_, at);
  optimiser_.step(rates_, timeline_.index(at));
}

double Stepper::step(const at::Tensor& inputs, const at::Tensor& labels, task::Moment at, Score& score) {
  const at::Tensor logits = network_.train_forward(inputs, {spec_->mask_seed, at.epoch, at.step}, cached_units_);
  const at::Tensor loss = at::cross_entropy_loss(logits, labels.to(logits.device()));
  const double value = loss.item<float>();
  score.add(logits.detach().cpu(), labels, value);
  if (!std::isfinite(value)) return value;
  if (loss.requires_grad()) loss.backward();
  update(at);
  return value;
}

double Stepper::step(const at::Tensor& inputs, const at::Tensor& labels, task::Moment at, Score& score,
                     const Shard& shard, std::vector<double>& control_flags) {
  const model::StepKey key{spec_->mask_seed, at.epoch, at.step, shard.first, group_, shard.rows};
  const at::Tensor logits = network_.train_forward(inputs, key, cached_units_);
  const at::Tensor sum = at::cross_entropy_loss(logits, labels.to(logits.device()), {}, at::Reduction::Sum);
  Score part;
  const auto rows = static_cast<double>(shard.rows);
  if (shard.rows > 0) part.add(logits.detach().cpu(), labels, static_cast<double>(sum.item<float>()) / rows);
  const auto words = static_cast<std::int64_t>(Score::kWords) + static_cast<std::int64_t>(control_flags.size());
  if (!words_.defined() || words_.numel() != words) words_ = group_->buffer(words, at::kDouble);
  put_words(words_, part, control_flags);
  group_->begin(words_);
  buckets_->start();
  const at::Tensor loss = sum * (shard.rows > 0 ? 1.0 / static_cast<double>(shard.whole) : 0.0);
  if (loss.requires_grad()) loss.backward();
  buckets_->finish();
  const Score whole = take_words(words_, control_flags);
  score.add(whole);
  const double value = whole.loss_sum / static_cast<double>(shard.whole);
  if (std::isfinite(value)) update(at);
  return value;
}

}  // namespace espalier::train
