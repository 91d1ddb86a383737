#pragma once
// Sets how numbers are computed: threads, determinism, and the device's description.
#include <ATen/ATen.h>

#include <string>

#include "espalier/task/task.hpp"

namespace espalier::train {

/// Call once, before the first tensor: chooses deterministic kernels and no threads between operators.
void start_deterministic();

/// Call before each task. The number of threads affects its last bits.
void apply(const task::NumericForm& form);

/// For provenance: "cpu: <model>, 1 thread, libtorch 2.13.0", "cuda: NVIDIA H200, CUDA 13.0, libtorch 2.11.0".
std::string describe(const task::NumericForm& form, at::Device device);

}  // namespace espalier::train
