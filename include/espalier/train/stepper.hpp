#pragma once
// Takes one training step on one batch: forward, loss, backward, update.
#include <ATen/ATen.h>

#include <memory>
#include <vector>

#include "espalier/model/unit_network.hpp"
#include "espalier/task/timeline.hpp"
#include "espalier/train/optimiser.hpp"
#include "espalier/train/score.hpp"

namespace espalier::train {

class GradientBuckets;

/// A member's part of a step's batch: images [first, first + rows) of `whole`. Where rows is 0, the member gets one
/// image that is not counted.
struct Shard {
  std::int64_t first = 0, rows = 0, whole = 0;
  std::int64_t counted = 0;  ///< of several labels an image, those of the whole batch that count; else 0
};

/// Part `rank` of `size` of a batch of `whole` images; parts differ by at most one image.
Shard shard_of(std::int64_t whole, std::int32_t rank, std::int32_t size);

class Stepper {
 public:
  /// `network`, `spec` and `group` (if given) must outlive it.
  Stepper(model::UnitNetwork& network, const task::TrainSpec& spec, const task::Timeline& timeline,
          std::int32_t cached_units = 0, model::Reducer* group = nullptr);
  ~Stepper();

  /// Trains on `inputs` (images, or outputs of the cached units; on the network's device) and `labels` [n] or [n,
  /// outputs] (on the CPU; losses.hpp), in the step that begins at `at`. Adds the predictions before the update to
  /// `score` and returns the mean loss. Nothing is updated where the loss is not finite.
  double step(const at::Tensor& inputs, const at::Tensor& labels, task::Moment at, Score& score);
  /// The same as a member of a group, with its part of the batch: score and loss are those of the whole batch.
  /// `control_flags` are summed over the group in the same reduction.
  double step(const at::Tensor& inputs, const at::Tensor& labels, task::Moment at, Score& score, const Shard& shard,
              std::vector<double>& control_flags);
  /// Uses the rates of `spec` from now on, which must outlive it and train the same units.
  void follow(const task::TrainSpec& spec) { spec_ = &spec; }

  Optimiser& optimiser() { return optimiser_; }
  const Optimiser& optimiser() const { return optimiser_; }

 private:
  void update(task::Moment at);

  model::UnitNetwork& network_;
  const task::TrainSpec* spec_;
  task::Timeline timeline_;
  Optimiser optimiser_;
  std::int32_t cached_units_;
  std::vector<float> rates_;
  model::Reducer* group_;
  std::unique_ptr<GradientBuckets> buckets_;
  at::Tensor words_;  ///< loss sum, top 1, top 5, count, then control flags
};

}  // namespace espalier::train
