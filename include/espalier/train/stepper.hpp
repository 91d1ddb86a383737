#pragma once
// One step of training: forward, loss, backward, update.
#include <ATen/ATen.h>

#include <vector>

#include "espalier/model/unit_network.hpp"
#include "espalier/train/optimiser.hpp"
#include "espalier/train/score.hpp"
#include "espalier/train/timeline.hpp"

namespace espalier::train {

class Stepper {
 public:
  /// `network` and `spec` must outlive it.
  Stepper(model::UnitNetwork& network, const task::TrainSpec& spec, const Timeline& timeline);

  /// Trains on `images` [n, C, H, W] and `labels` [n] in the step that begins at `at`, adds to `score` what was
  /// predicted before the update, and returns the mean loss. Nothing is updated where the loss is not finite.
  double step(const at::Tensor& images, const at::Tensor& labels, task::Moment at, Score& score);

  Optimiser& optimiser() { return optimiser_; }

 private:
  model::UnitNetwork& network_;
  const task::TrainSpec& spec_;
  Timeline timeline_;
  Optimiser optimiser_;
  std::vector<float> rates_;
};

}  // namespace espalier::train
