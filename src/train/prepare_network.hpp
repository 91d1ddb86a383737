#pragma once
// The network of a job as it stands before its first step.
#include "espalier/model/unit_network.hpp"
#include "espalier/train/training.hpp"

namespace espalier::train {

/// Units drawn anew or copied from their sources, frozen or tuned as the task's rows say. Throws UsageError.
model::UnitNetwork prepare_network(const Job& job);

}  // namespace espalier::train
