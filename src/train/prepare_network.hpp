#pragma once
// Makes the network of a job as it is before its first step, or once it is finished.
#include "espalier/model/unit_network.hpp"
#include "espalier/train/training.hpp"

namespace espalier::train {

/// Draws units anew or copies them from their sources, or all of them from `job.finished` where it is given, and
/// freezes or tunes them as the task's rows say. The network stays on the CPU but is checked for a training on
/// `device`. Throws UsageError.
model::UnitNetwork prepare_on_host(const Job& job, at::Device device);
/// The same, moved to the device.
model::UnitNetwork prepare_network(const Job& job, at::Device device);

}  // namespace espalier::train
