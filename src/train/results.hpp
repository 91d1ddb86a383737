#pragma once
// Writes the files that a finished training leaves.
#include "espalier/data/safetensors.hpp"
#include "espalier/model/unit_network.hpp"
#include "espalier/train/training.hpp"

namespace espalier::train {

/// Tensors of the network, kind, task and moment as metadata.
data::WrittenArtifact write_finished(const Job& job, const model::UnitNetwork& network, task::Moment at);

/// "predicted" and "label" (int32, of the network's classes) and "row" (int64, in the test pack), one a test image.
data::WrittenArtifact write_predictions(const Job& job, const std::vector<std::int32_t>& predicted, task::Moment at);

}  // namespace espalier::train
