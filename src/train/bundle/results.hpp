#pragma once
// Writes the files that a finished training leaves.
#include "espalier/data/safetensors.hpp"
#include "espalier/model/unit_network.hpp"
#include "espalier/train/training.hpp"

namespace espalier::train {

/// Writes the network's tensors, with kind, task and moment as metadata.
data::WrittenArtifact write_finished(const Job& job, const model::UnitNetwork& network, task::Moment at);

/// Writes per image of `set` "predicted" and "label" (int32, the network's outputs) and "row" (int64, in its pack).
data::WrittenArtifact write_predictions(const Job& job, const data::ImageSet& set,
                                        const std::vector<std::int32_t>& predicted, task::Moment at);

}  // namespace espalier::train
