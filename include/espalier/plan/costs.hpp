#pragma once
// Types for what work costs on one worker: measured by a calibration, else estimated from multiply-adds.
#include <map>
#include <string>

#include "espalier/task/task.hpp"

namespace espalier::plan {

/// Trainings of equal keys cost the same a step.
struct CostKey {
  std::string network;  ///< catalog digest
  network::Shape input;
  std::int32_t classes = 0, batch = 0;
  std::int32_t frozen = 0;  ///< units below the lowest trained one
  task::NumericForm form;
  task::Precision precision = task::Precision::fp32;
  std::string text() const;  ///< "<network>/1x28x28/40/20/2/..." unique, stable
};

/// Seconds of one worker. Evaluation and features go in batches of 64 images.
struct Cost {
  double step_s = 0;        ///< a training step of a whole batch
  double evaluation_s = 0;  ///< a batch of evaluation
  double features_s = 0;    ///< a batch through the cached units
};

/// By CostKey::text(). What `espalier calibrate` measured, scaled by what the journal has seen since.
using Calibration = std::map<std::string, Cost>;

/// A task to be measured for a key: its spec and form count.
struct CostProbe {
  std::string key;
  task::Task task;
};

}  // namespace espalier::plan
