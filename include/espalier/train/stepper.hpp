#pragma once
// One step of training: forward, loss, backward, update.
#include <ATen/ATen.h>

#include <vector>

#include "espalier/model/unit_network.hpp"
#include "espalier/task/timeline.hpp"
#include "espalier/train/optimiser.hpp"
#include "espalier/train/score.hpp"

namespace espalier::train {

class Stepper {
 public:
  /// `network` and `spec` must outlive it.
  Stepper(model::UnitNetwork& network, const task::TrainSpec& spec, const task::Timeline& timeline,
          std::int32_t cached_units = 0);

  /// Trains on `inputs` (images, or outputs of the cached units) and `labels` [n] in the step that begins at `at`,
  /// adds to `score` what was predicted before the update, and returns the mean loss. Nothing is updated where the
  /// loss is not finite.
  double step(const at::Tensor& inputs, const at::Tensor& labels, task::Moment at, Score& score);
  /// From now on the rates are those of `spec`, which must outlive it and train the same units.
  void follow(const task::TrainSpec& spec) { spec_ = &spec; }

  Optimiser& optimiser() { return optimiser_; }
  const Optimiser& optimiser() const { return optimiser_; }

 private:
  model::UnitNetwork& network_;
  const task::TrainSpec* spec_;
  task::Timeline timeline_;
  Optimiser optimiser_;
  std::int32_t cached_units_;
  std::vector<float> rates_;
};

}  // namespace espalier::train
