#pragma once
// Types for what work costs on one worker: measured by a calibration, else estimated from multiply-adds.
#include <map>
#include <string>

#include "espalier/task/task.hpp"

namespace espalier::plan {

/// Trainings with equal keys have equal costs per step.
struct CostKey {
  std::string network;  ///< catalog digest
  network::Shape input;
  std::int32_t classes = 0, batch = 0;
  std::int32_t frozen = 0;  ///< units below the lowest trained one
  task::NumericForm form;
  task::Precision precision = task::Precision::fp32;
  std::string text() const;  ///< "<network>/1x28x28/40/20/2/..." unique, stable
};

/// Seconds on one worker. Evaluation and features are computed in batches of 64 images.
struct Cost {
  double step_s = 0;        ///< per training step of a whole batch
  double evaluation_s = 0;  ///< per batch of evaluation
  double features_s = 0;    ///< per batch through the cached units
};

/// Costs by CostKey::text(): measured by `espalier calibrate`, scaled by what the journal has shown since.
using Calibration = std::map<std::string, Cost>;

/// A task to be measured for a key; only its spec and form matter.
struct CostProbe {
  std::string key;
  task::Task task;
};

}  // namespace espalier::plan
