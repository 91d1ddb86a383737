#pragma once
// How numbers are computed: threads, determinism, device.
#include <string>

#include "espalier/task/task.hpp"

namespace espalier::train {

/// Once, before the first tensor: deterministic kernels, no threads between operators.
void start_deterministic();

/// Before a task. Its last bits depend on the number of threads.
void apply(const task::NumericForm& form);

/// Whether this machine's processor computes in bfloat16 by itself.
bool has_bf16();

/// Provenance: "cpu: <model>, 1 thread, libtorch 2.13.0".
std::string describe(const task::NumericForm& form);

}  // namespace espalier::train
