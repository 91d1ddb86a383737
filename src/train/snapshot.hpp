#pragma once
// The whole state of a training in progress: weights, optimiser buffers, moment, sums of the epoch so far.
#include <functional>

#include "espalier/data/safetensors.hpp"
#include "espalier/model/unit_network.hpp"
#include "espalier/train/optimiser.hpp"
#include "espalier/train/score.hpp"

namespace espalier::train {

struct Position {
  task::Moment at;  ///< step may equal the steps of the epoch: its end has not been measured yet
  Score running;    ///< of the epoch so far, as trained
};

struct Snapshot {
  data::TensorFile tensors;  ///< copies, contiguous
  Position position;
};

Snapshot snapshot_of(const model::UnitNetwork& network, const Optimiser& optimiser, const Position& position);

/// Into `network` and `optimiser`.
void restore(const Snapshot& snapshot, model::UnitNetwork& network, Optimiser& optimiser);

/// `trunk` names the state (task::trunk_id): all trainings that pass through it can go on from the file.
data::WrittenArtifact save(const std::filesystem::path& folder, const std::string& trunk, const Snapshot& snapshot);

/// Throws CorruptionError if the file is not a training checkpoint with that trunk at its moment; `trunk_at` gives the
/// trunk of a moment.
Snapshot load(const std::filesystem::path& folder, const ArtifactId& id,
              const std::function<std::string(task::Moment)>& trunk_at);

}  // namespace espalier::train
