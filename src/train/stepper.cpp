// Runs one step on a batch or on a group member's part of it, and sums score and control flags over the group.
#include "espalier/train/stepper.hpp"

#include <algorithm>
#include <cmath>

#include "train/gradient_buckets.hpp"
#include "train/losses.hpp"

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
  return {first, whole * (rank + 1) / size - first, whole, 0};
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
  const at::Tensor loss = mean_loss(logits, labels.to(logits.device()));
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
  const at::Tensor sum = summed_loss(logits, labels.to(logits.device()));
  Score part;
  const auto rows = static_cast<double>(shard.rows), whole_rows = static_cast<double>(shard.whole);
  const double terms = shard.counted > 0 ? static_cast<double>(shard.counted) : whole_rows;  // of the mean loss
  if (shard.rows > 0) {
    const double own = static_cast<double>(sum.item<float>()) / rows;
    part.add(logits.detach().cpu(), labels, own * (whole_rows / terms));  // so that the parts sum to mean x images
  }
  const auto words = static_cast<std::int64_t>(Score::kWords) + static_cast<std::int64_t>(control_flags.size());
  if (!words_.defined() || words_.numel() != words) words_ = group_->buffer(words, at::kDouble);
  put_words(words_, part, control_flags);
  group_->begin(words_);
  buckets_->start();
  const at::Tensor loss = sum * (shard.rows > 0 ? 1.0 / terms : 0.0);
  if (loss.requires_grad()) loss.backward();
  buckets_->finish();
  const Score whole = take_words(words_, control_flags);
  score.add(whole);
  const double value = whole.loss_sum / whole_rows;
  if (std::isfinite(value)) update(at);
  return value;
}

}  // namespace espalier::train
