#pragma once
// Makes the network of a job as it is before its first step.
#include "espalier/model/unit_network.hpp"
#include "espalier/train/training.hpp"

namespace espalier::train {

/// Units drawn anew or copied from their sources, frozen or tuned as the task's rows say; on the processor, for a
/// training on `device`. Throws UsageError.
model::UnitNetwork prepare_on_host(const Job& job, at::Device device);
/// The same, on the device.
model::UnitNetwork prepare_network(const Job& job, at::Device device);

}  // namespace espalier::train
