#pragma once
// Measures what a task's steps cost on this machine, on random numbers (no images, no sources).
#include <ATen/ATen.h>

#include "espalier/network/layer.hpp"
#include "espalier/task/task.hpp"

namespace espalier::train {

/// Seconds, each the median of several measurements.
struct MeasuredCost {
  double step_s = 0;        ///< a whole batch in the task's numeric form; per replica where batched
  double evaluation_s = 0;  ///< per kEvaluationBatch images
  double features_s = 0;    ///< per kFeatureChunk images through the cached units
};

/// Takes about `seconds` for each of the three. device::start(device) must have been called.
MeasuredCost measure_cost(const task::Task& task, const network::NetworkSpec& network, std::int32_t classes,
                          double seconds, at::Device device = at::kCPU);

}  // namespace espalier::train
