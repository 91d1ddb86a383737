#pragma once
// What tells a training in progress fully: weights, buffers of the optimiser, the moment, the sums of the epoch so far.
#include "espalier/data/safetensors.hpp"
#include "espalier/model/unit_network.hpp"
#include "espalier/train/optimiser.hpp"
#include "espalier/train/score.hpp"

namespace espalier::train {

struct Position {
  task::Moment at;  ///< step may equal the steps of the epoch: its end has not been measured yet
  Score running;    ///< of the epoch so far, as trained
};

data::WrittenArtifact save_training(const std::filesystem::path& folder, const TaskId& task,
                                    const model::UnitNetwork& network, const Optimiser& optimiser,
                                    const Position& position);

/// Into `network` and `optimiser`. Throws CorruptionError if the file is not a training checkpoint of `task`.
Position load_training(const std::filesystem::path& folder, const ArtifactId& id, const TaskId& task,
                       model::UnitNetwork& network, Optimiser& optimiser);

}  // namespace espalier::train
